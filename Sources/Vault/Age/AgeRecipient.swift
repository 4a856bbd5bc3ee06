import Basics
import Crypto

/// Who can read what is encrypted: the owner of a key, of which only the public half is known here, or whoever knows a
/// passphrase.
package struct AgeRecipient: Sendable {
    enum Kind: Sendable {
        case key(Curve25519.KeyAgreement.PublicKey)
        case passphrase(AgePassphrase)
    }

    static let prefix = "age"

    let kind: Kind

    init(key: Curve25519.KeyAgreement.PublicKey) {
        kind = .key(key)
    }

    /// Reads `age1...`. Throws `invalidSpec`.
    package init(_ text: String) throws(ReportableError) {
        do throws(Bech32.Mistake) {
            guard text == text.lowercased() else { throw Bech32.Mistake(text: "is not in lower case") }
            let bytes = try Bech32.decode(text, prefix: Self.prefix)
            kind = .key(try AgeKeys.publicKey(bytes))
        } catch {
            throw ReportableError(
                .invalidSpec,
                "cannot encrypt to '\(text.abridged)': the key \(error.text)",
                hint: "A recipient is what 'age-keygen -y' prints: age1 and 58 letters and digits."
            )
        }
    }

    /// Whoever knows a passphrase; what is encrypted so can have no further recipient. Each further unit of work doubles
    /// the time that a guess takes and the memory it needs (18: a second, 256 MiB). Throws `secretFailed` for an empty one.
    package static func passphrase(
        _ passphrase: Redacted<String>,
        work: Int = AgePassphrase.mostWork
    ) throws(ReportableError) -> AgeRecipient {
        AgeRecipient(kind: .passphrase(try AgePassphrase(passphrase, work: work)))
    }

    private init(kind: Kind) {
        self.kind = kind
    }
}

extension AgeRecipient: CustomStringConvertible {
    /// `age1...`, or that it is a passphrase.
    package var description: String {
        switch kind {
        case .key(let key): Bech32.encode(Self.prefix, [UInt8](key.rawRepresentation))
        case .passphrase: "a passphrase"
        }
    }
}

enum AgeKeys {
    static let length = 32

    static func publicKey(_ bytes: [UInt8]) throws(Bech32.Mistake) -> Curve25519.KeyAgreement.PublicKey {
        guard bytes.count == length, let key = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: bytes) else {
            throw Bech32.Mistake(text: "has \(bytes.count) bytes instead of \(length)")
        }
        return key
    }
}
