import Basics

/// What tells one vault from every other: 32 hexadecimal digits, random.
package struct VaultID: TextCodable, Hashable, Sendable {
    private let text: String

    package init?(_ text: String) {
        guard text.utf8.count == 32,
            text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        self.text = text
    }

    private init(unchecked text: String) { self.text = text }

    package static func random() -> VaultID { VaultID(unchecked: RandomText.hexDigits(32)) }

    package var description: String { text }
}

/// Texts that nobody has had before.
enum RandomText {
    static func hexDigits(_ count: Int) -> String {
        let digits = Array("0123456789abcdef")
        return String((0..<count).map { _ in digits[Int.random(in: 0..<16)] })
    }
}

/// `vault.json`: that this is a vault, and what everybody who uses it has to know.
package struct VaultDescription: Hashable, Sendable, Codable {
    package let format: Int
    package let id: VaultID
    package let created: VaultTime
    /// Public keys of age: whoever has the identity of one of them can read every set. Empty: sets are not encrypted.
    package let recipients: [String]
    /// A slipway that reads no format as new as this one has no business here.
    package let minimumReader: Int
    /// What the files for people held when the vault was made.
    package let guides: [String: Digest]
}
