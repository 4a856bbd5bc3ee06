/// Where the fields of a tar header are, and how they are written (POSIX ustar).
enum TarFields {
    static let blockLength = 512

    static let name = 0..<100
    static let mode = 100..<108
    static let owner = 108..<116
    static let group = 116..<124
    static let size = 124..<136
    static let modified = 136..<148
    static let checksum = 148..<156
    static let type = 156
    static let link = 157..<257
    static let magic = 257..<265
    static let prefix = 345..<500

    static let posixMagic = Array("ustar\u{0}00".utf8)
    static let gnuMagic = Array("ustar  \u{0}".utf8)

    /// The largest number that the octal digits of a field can say.
    static func mostOctal(_ field: Range<Int>) -> Int { 1 << (3 * (field.count - 1)) - 1 }

    static func paddingLength(after size: Int) -> Int { (blockLength - size % blockLength) % blockLength }

    static func sum(of block: some Collection<UInt8>) -> Int {
        var sum = 0
        for (place, byte) in block.enumerated() {
            sum += Int(checksum.contains(place) ? UInt8(ascii: " ") : byte)
        }
        return sum
    }

    /// Octal digits between spaces and NULs, none of which mean zero; or GNU's binary form. nil for anything else.
    static func number(_ field: ArraySlice<UInt8>) -> Int? {
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 { return binaryNumber(field) }
        let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix {
            (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0)
        }
        guard field[digits.endIndex...].allSatisfy({ $0 == 0 || $0 == UInt8(ascii: " ") }) else { return nil }
        return digits.reduce(0) { $0 << 3 | Int($1 & 7) }
    }

    /// Two's complement, most significant byte first, with the first bit set to tell it from digits.
    private static func binaryNumber(_ field: ArraySlice<UInt8>) -> Int? {
        let isNegative = field[field.startIndex] == 0xFF
        guard isNegative || field[field.startIndex] == 0x80 else { return nil }
        let filler: UInt8 = isNegative ? 0xFF : 0
        let (high, low) = (field.dropFirst().dropLast(8), field.suffix(min(8, field.count - 1)))
        let value = low.reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
        guard high.allSatisfy({ $0 == filler }), (value < 0) == isNegative else { return nil }
        return value
    }

    /// The bytes before the first NUL. nil when something stands behind it, where readers differ.
    static func text(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let text = field.prefix { $0 != 0 }
        return field[text.endIndex...].allSatisfy { $0 == 0 } ? text : nil
    }
}
