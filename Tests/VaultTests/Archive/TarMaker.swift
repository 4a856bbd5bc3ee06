/// Writes tar headers by hand, right and wrong ones.
struct TarMaker {
    private(set) var bytes: [UInt8] = []

    /// The number fields are texts, so that they can hold anything; nil means what fits.
    mutating func add(
        _ name: String,
        type: Character = "0",
        link: String = "",
        content: [UInt8] = [],
        size: Field? = nil,
        mode: Field = .text("0000644"),
        prefix: String = "",
        magic: String = "ustar\u{0}00",
        change: (inout [UInt8]) -> Void = { _ in },
        afterSum: (inout [UInt8]) -> Void = { _ in }
    ) {
        var block = [UInt8](repeating: 0, count: 512)
        put(Array(name.utf8), at: 0, into: &block)
        put(mode.bytes, at: 100, into: &block)
        put(Array("0000000".utf8), at: 108, into: &block)
        put(Array("0000000".utf8), at: 116, into: &block)
        put((size ?? .octal(content.count)).bytes, at: 124, into: &block)
        put(Array("00000000000".utf8), at: 136, into: &block)
        block[156] = type.asciiValue ?? 0
        put(Array(link.utf8), at: 157, into: &block)
        put(Array(magic.utf8), at: 257, into: &block)
        put(Array(prefix.utf8), at: 345, into: &block)
        change(&block)
        put([UInt8](repeating: 32, count: 8), at: 148, into: &block)
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        put(Array((String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ").utf8), at: 148, into: &block)
        afterSum(&block)
        bytes += block + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// POSIX records for the entry that follows, or for all.
    mutating func addRecords(_ records: [(String, String)], forAll: Bool = false) {
        addRecords(raw: records.map { Self.record($0.0, $0.1) }.joined(), forAll: forAll)
    }

    mutating func addRecords(raw: String, forAll: Bool = false) {
        add("PaxHeader", type: forAll ? "g" : "x", content: Array(raw.utf8))
    }

    mutating func addLongName(_ name: String, type: Character = "L") {
        add("././@LongLink", type: type, content: Array(name.utf8) + [0], magic: "ustar  \u{0}")
    }

    mutating func end() {
        bytes += [UInt8](repeating: 0, count: 1024)
    }

    static func record(_ key: String, _ value: String) -> String {
        let rest = " \(key)=\(value)\n"
        let length = (1...6).first { String(rest.utf8.count + $0).count == $0 } ?? 0
        return "\(rest.utf8.count + length)\(rest)"
    }

    private func put(_ bytes: [UInt8], at place: Int, into block: inout [UInt8]) {
        for (offset, byte) in bytes.enumerated() where place + offset < 512 { block[place + offset] = byte }
    }

    enum Field {
        case text(String)
        case octal(Int)
        case raw([UInt8])

        var bytes: [UInt8] {
            switch self {
            case .text(let text): Array(text.utf8)
            case .octal(let number):
                Array(
                    (String(repeating: "0", count: 11 - String(number, radix: 8).count) + String(number, radix: 8)).utf8
                )
            case .raw(let bytes): bytes
            }
        }
    }
}
