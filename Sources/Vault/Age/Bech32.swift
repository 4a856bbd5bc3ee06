/// Bech32 (BIP 173, without its limit of 90 characters): bytes as text with a checksum, and with a prefix that says what
/// they are.
enum Bech32 {
    /// What is wrong with a text, to be continued after "the key ".
    struct Mistake: Error {
        let text: String
    }

    private static let letters = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let checksumLength = 6

    /// In lower case.
    static func encode(_ prefix: String, _ bytes: [UInt8]) -> String {
        let values = regrouped(bytes, from: 8, to: 5) ?? []
        let check = remainder(expanded(prefix) + values + [UInt8](repeating: 0, count: checksumLength)) ^ 1
        let checksum = (0..<checksumLength).map { UInt8(check >> UInt32(5 * (checksumLength - 1 - $0)) & 31) }
        return prefix + "1" + String(decoding: (values + checksum).map { letters[Int($0)] }, as: UTF8.self)
    }

    /// The bytes of a text with this prefix, which stands in lower case here whatever the case of the text.
    static func decode(_ text: String, prefix: String) throws(Mistake) -> [UInt8] {
        let lower = text.lowercased()
        guard text == lower || text == text.uppercased() else { throw Mistake(text: "mixes upper and lower case") }
        guard let separator = lower.utf8.lastIndex(of: UInt8(ascii: "1")), lower[..<separator] == prefix else {
            throw Mistake(text: "does not begin with \(prefix)1")
        }
        var values: [UInt8] = []
        for letter in lower.utf8[lower.utf8.index(after: separator)...] {
            guard let value = letters.firstIndex(of: letter) else {
                throw Mistake(text: "has a character that no key has")
            }
            values.append(UInt8(value))
        }
        guard values.count > checksumLength, remainder(expanded(prefix) + values) == 1 else {
            throw Mistake(text: "was mistyped or cut short: its checksum does not fit")
        }
        guard let bytes = regrouped(values.dropLast(checksumLength), from: 5, to: 8) else {
            throw Mistake(text: "has bits left over at its end")
        }
        return bytes
    }

    /// The same bits in groups of another width. Downwards the last group is filled up with zeros; upwards what is left
    /// over must be less than a group, and zeros: nil otherwise.
    private static func regrouped(_ values: some Sequence<UInt8>, from: Int, to: Int) -> [UInt8]? {
        var (pending, bits) = (0, 0)
        var groups: [UInt8] = []
        for value in values {
            pending = (pending << from | Int(value)) & 0xFFF
            bits += from
            while bits >= to {
                bits -= to
                groups.append(UInt8(pending >> bits & (1 << to - 1)))
            }
        }
        let rest = pending & (1 << bits - 1)
        if to < from {
            if bits > 0 { groups.append(UInt8(rest << (to - bits))) }
            return groups
        }
        return bits < from && rest == 0 ? groups : nil
    }

    private static func expanded(_ prefix: String) -> [UInt8] {
        prefix.utf8.map { $0 >> 5 } + [0] + prefix.utf8.map { $0 & 31 }
    }

    private static func remainder(_ values: [UInt8]) -> UInt32 {
        let generator: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
        return values.reduce(1) { sum, value in
            var next = (sum & 0x1ff_ffff) << 5 ^ UInt32(value)
            for (bit, term) in generator.enumerated() where sum >> (25 + UInt32(bit)) & 1 == 1 { next ^= term }
            return next
        }
    }
}
