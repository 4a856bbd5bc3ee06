/// A number of bytes, written with binary units: `512MiB`, `10GiB`, `64KiB`, `100B`.
package struct ByteCount: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let bytes: Int

    package init(bytes: Int) {
        self.bytes = bytes
    }

    /// Reads `512MiB`. Decimal units (`MB`) and bare numbers are refused: they are the usual way to be wrong by 5 %.
    package init?(_ text: String) {
        guard let unit = Self.units.first(where: { text.hasSuffix($0.suffix) }) else { return nil }
        let digits = text.dropLast(unit.suffix.count)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(digits) else {
            return nil
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: unit.bytes)
        guard !overflow else { return nil }
        self.bytes = bytes
    }

    package var description: String {
        let unit = Self.units.first { bytes >= $0.bytes && bytes % $0.bytes == 0 } ?? (suffix: "B", bytes: 1)
        return "\(bytes / unit.bytes)\(unit.suffix)"
    }

    package static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

    private static let units: [(suffix: String, bytes: Int)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]
}

extension ByteCount: TextCodable {}
