import Crypto
import FoundationEssentials

/// A SHA-256 digest, written as 64 lower-case hexadecimal digits. Names content: sources, configurations, plans.
package struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let hex: String

    /// Reads a digest back from its text. `nil` when the text is not 64 lower-case hexadecimal digits.
    package init?(hex: String) {
        guard hex.utf8.count == 64, hex.utf8.allSatisfy({ Self.isHexDigit($0) }) else { return nil }
        self.hex = hex
    }

    package init(of bytes: some Sequence<UInt8>) {
        var digest = RunningDigest()
        digest.update(bytes)
        self = digest.finish()
    }

    package init(of text: String) {
        self.init(of: text.utf8)
    }

    /// The digest of a value's canonical JSON: equal values have equal digests on every machine.
    package init(ofCanonical value: some Encodable) {
        self.init(of: CanonicalJSON.encode(value))
    }

    /// The first eight digits: enough for a person to tell two releases apart, never enough for a decision.
    package var short: String { String(hex.prefix(8)) }
    package var description: String { hex }

    package static func < (left: Digest, right: Digest) -> Bool { left.hex < right.hex }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    fileprivate static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension Digest: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let digest = Digest(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a SHA-256 digest")
        }
        self = digest
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}

/// A digest that is fed piece by piece, for content that is streamed and never held whole.
package struct RunningDigest {
    private var hasher = SHA256()

    package init() {}

    package mutating func update(_ bytes: some Sequence<UInt8>) {
        // Bytes that lie together are not copied first.
        let done: Void? = bytes.withContiguousStorageIfAvailable { together in
            hasher.update(bufferPointer: UnsafeRawBufferPointer(together))
        }
        if done == nil { hasher.update(data: Data(bytes)) }
    }

    package func finish() -> Digest {
        Digest(finished: hasher.finalize())
    }
}

extension Digest {
    fileprivate init(finished bytes: SHA256.Digest) {
        self.hex = Self.text(bytes)
    }
}
