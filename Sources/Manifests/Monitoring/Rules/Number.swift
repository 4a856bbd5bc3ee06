/// Numbers in PromQL and JSON.
enum Number {
    /// Whole numbers without a point.
    static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }
}

extension ManifestValue {
    static func text(unlessNil value: String?) -> ManifestValue {
        guard let value else { return .absent }
        return .text(value)
    }
}
