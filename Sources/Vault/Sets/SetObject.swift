import Basics

/// How many bytes there are, and which.
package struct ByteSum: Hashable, Sendable, Codable {
    package let sha256: Digest
    package let size: Int

    package init(sha256: Digest, size: Int) {
        self.sha256 = sha256
        self.size = size
    }
}

/// One object of a set: what was captured, and the blob that holds it.
///
/// The keys stand in the order of the alphabet in a manifest, and the free text of `traits` behind all others:
/// `restore.sh` finds the rest with sed.
package struct SetObject: Hashable, Sendable, Codable {
    /// What was done to the plain bytes, in this order. Each adds its word to the name of the blob.
    package enum Codec: String, Hashable, Sendable, Codable, CaseIterable {
        case zstd, age

        var suffix: String {
            switch self {
            case .zstd: ".zst"
            case .age: ".age"
            }
        }
    }

    /// The last word of the blob's name: the object's own and the codecs'.
    package let blob: String
    package let codecs: [Codec]
    package let name: String
    package let plain: ByteSum
    package let stored: ByteSum
    /// What the source says of it.
    package let traits: [String: String]

    package init(name: String, codecs: [Codec], plain: ByteSum, stored: ByteSum, traits: [String: String]) {
        self.blob = Self.blob(name, codecs)
        self.codecs = codecs
        self.name = name
        self.plain = plain
        self.stored = stored
        self.traits = traits
    }

    package var isEncrypted: Bool { codecs.contains(.age) }

    /// Letters, digits, `.`, `_` and `-`, at most 120, not beginning with a dot or a dash, and not the manifest's.
    package static func isName(_ text: String) -> Bool {
        guard (1...120).contains(text.utf8.count), let first = text.utf8.first, first != UInt8(ascii: "."),
            first != UInt8(ascii: "-"), text.lowercased() != VaultLayout.manifest.lowercased()
        else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }

    static func blob(_ name: String, _ codecs: [Codec]) -> String {
        codecs.reduce(name) { $0 + $1.suffix }
    }

    /// What makes it no object of any set, in words.
    var flaw: String? {
        if !Self.isName(name) { return "an object is called \"\(name.abridged)\"" }
        if ![[], [.zstd], [.age], [.zstd, .age]].contains(codecs) { return "\(name) has codecs in no order there is" }
        if blob != Self.blob(name, codecs) { return "\(name) is in the blob \"\(blob.abridged)\"" }
        let sizes = 0...(1 << 50)
        if !sizes.contains(plain.size) || !sizes.contains(stored.size) { return "\(name) has an impossible size" }
        if codecs.isEmpty, plain != stored { return "\(name) is stored as it is, and is not what is stored" }
        return SetManifest.flaw(ofFacts: traits).map { "\(name) has \($0)" }
    }
}
