import Basics
import Crypto

/// What opens encrypted data: the secret half of a key, or a passphrase.
package struct AgeIdentity: Sendable {
    enum Kind: Sendable {
        case key(Curve25519.KeyAgreement.PrivateKey)
        case passphrase(AgePassphrase)
    }

    private static let prefix = "age-secret-key-"

    let kind: Kind

    private init(kind: Kind) {
        self.kind = kind
    }

    /// Reads `AGE-SECRET-KEY-1...`. Throws `secretFailed`, and never says what it read.
    package init(_ text: Redacted<String>) throws(ReportableError) {
        let text = text.reveal()
        do throws(Bech32.Mistake) {
            guard text == text.uppercased() else { throw Bech32.Mistake(text: "is not in upper case") }
            let bytes = try Bech32.decode(text, prefix: Self.prefix)
            guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes) else {
                throw Bech32.Mistake(text: "has \(bytes.count) bytes instead of \(AgeKeys.length)")
            }
            kind = .key(key)
        } catch {
            throw ReportableError(
                .secretFailed,
                "cannot use the given age identity: the key \(error.text)",
                hint: "An identity is what 'age-keygen' prints: AGE-SECRET-KEY-1 and 58 letters and digits."
            )
        }
    }

    /// Throws `secretFailed` for an empty passphrase.
    package static func passphrase(_ passphrase: Redacted<String>) throws(ReportableError) -> AgeIdentity {
        AgeIdentity(kind: .passphrase(try AgePassphrase(passphrase, work: AgePassphrase.mostWork)))
    }

    /// A new key.
    package static func generate() -> AgeIdentity {
        AgeIdentity(kind: .key(Curve25519.KeyAgreement.PrivateKey()))
    }

    /// The public half; nil for a passphrase.
    package var recipient: AgeRecipient? {
        guard case .key(let key) = kind else { return nil }
        return AgeRecipient(key: key.publicKey)
    }

    /// `AGE-SECRET-KEY-1...`; nil for a passphrase.
    package var text: Redacted<String>? {
        guard case .key(let key) = kind else { return nil }
        return Redacted(Bech32.encode(Self.prefix, [UInt8](key.rawRepresentation)).uppercased())
    }
}

extension AgeIdentity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
