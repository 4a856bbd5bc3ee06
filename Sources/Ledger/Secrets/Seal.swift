import Basics
import Crypto
import FoundationEssentials
import StackModel

/// Seals one version of a secret with AES-256-GCM and a random nonce. What the value belongs to is bound to it, so
/// that a sealed value copied to another row does not open there.
struct Seal {
    let master: MasterKey

    /// What a sealed value belongs to. Its canonical JSON is the associated data; a change of its fields is a change
    /// of the format, and old values still have to open.
    struct Binding: Encodable {
        let environment: EnvironmentName
        let format = 1
        let name: SecretName
        let purpose = MasterKey.Purpose.secretValue.rawValue
        let stack: StackName
        let user: String?
        let version: Int
    }

    /// Nonce, ciphertext and tag in one piece.
    func close(_ value: Redacted<String>, for binding: Binding) throws -> Data {
        let box = try AES.GCM.seal(
            Data(value.reveal().utf8),
            using: master.derived(for: .secretValue),
            authenticating: CanonicalJSON.encode(binding)
        )
        guard let sealed = box.combined else { throw ReportableError(.broken, "a sealed value has no combined form") }
        return sealed
    }

    /// Throws `secretFailed` when the value was changed, or sealed for something else.
    func open(_ sealed: Data, for binding: Binding) throws -> Redacted<String> {
        do {
            let clear = try AES.GCM.open(
                AES.GCM.SealedBox(combined: sealed),
                using: master.derived(for: .secretValue),
                authenticating: CanonicalJSON.encode(binding)
            )
            return Redacted(String(decoding: clear, as: UTF8.self))
        } catch {
            throw ReportableError(
                .secretFailed,
                "version \(binding.version) of the secret \(binding.name) does not open: its row was changed or moved",
                hint: "Restore the ledger from a backup of the configuration."
            )
        }
    }
}
