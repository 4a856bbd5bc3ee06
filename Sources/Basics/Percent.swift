/// A share of one hundred with up to three decimals, written `70%` or `99.95%`.
package struct Percent: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Thousandths of one per cent: 99.95 % is 99 950.
    package let thousandths: Int

    package init(thousandths: Int) {
        self.thousandths = thousandths
    }

    package init?(_ text: String) {
        guard text.hasSuffix("%") else { return nil }
        let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ Self.isDigits($0) }), let whole = Int(parts[0]) else {
            return nil
        }
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard fraction.count <= 3, whole <= 1_000_000, let decimals = Int(fraction.padded(to: 3)) else { return nil }
        self.thousandths = whole * 1000 + decimals
    }

    package var fraction: Double { Double(thousandths) / 100_000 }

    package var description: String {
        guard thousandths % 1000 != 0 else { return "\(thousandths / 1000)%" }
        var decimals = String(thousandths % 1000 + 1000).dropFirst()
        while decimals.hasSuffix("0") { decimals.removeLast() }
        return "\(thousandths / 1000).\(decimals)%"
    }

    package static func < (left: Percent, right: Percent) -> Bool { left.thousandths < right.thousandths }

    private static func isDigits(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) }
    }
}

extension Percent: TextCodable {}

extension Substring {
    fileprivate func padded(to length: Int) -> String {
        self + String(repeating: "0", count: Swift.max(0, length - count))
    }
}
