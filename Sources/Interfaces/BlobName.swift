import Basics

/// The name of a blob: words of letters, digits, `.`, `_`, `-` and `+`, joined by `/`, so that every store can hold it
/// and none can be led outside. No word is empty or begins with a dot.
package struct BlobName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// What the narrowest store takes (S3: 1,024 bytes, less a prefix).
    package static let limit = 800

    package let text: String

    /// nil when the text is not such a name.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.limit else { return nil }
        let words = text.split(separator: "/", omittingEmptySubsequences: false)
        guard words.allSatisfy({ Self.isWord($0) }) else { return nil }
        self.text = text
    }

    package var description: String { text }

    package static func < (left: BlobName, right: BlobName) -> Bool { left.text < right.text }

    private static func isWord(_ word: Substring) -> Bool {
        guard let first = word.utf8.first, first != UInt8(ascii: "."), word.utf8.count <= 200 else { return false }
        return word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "+"):
                true
            default: false
            }
        }
    }
}
