import Basics
import Crypto

/// Wraps a file key for whoever knows a passphrase (age's `scrypt`).
enum AgePassphraseWrap {
    static let type = "scrypt"

    nonisolated(nonsending) static func wrap(
        _ fileKey: SymmetricKey,
        for passphrase: AgePassphrase
    ) async throws(ReportableError) -> AgeStanza {
        let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
        guard let key = await passphrase.key(salt: salt, work: passphrase.work),
            let body = try? AgeFileKey.seal(fileKey, using: key)
        else { throw ReportableError(.secretFailed, "there is no memory to make a key of the passphrase") }
        return AgeStanza(arguments: [type, AgeBase64.encode(salt), String(passphrase.work)], body: body)
    }

    /// A positive decimal number without a leading zero. Throws `vaultDamaged` when it is not, or is too much to be done.
    static func work(_ text: String) throws(ReportableError) -> Int {
        guard let work = Int(text), work > 0, String(work) == text else {
            throw AgeHeader.damaged("'\(text.abridged)' is no amount of work for a passphrase")
        }
        guard work <= AgePassphrase.mostWork else {
            throw AgeHeader.damaged(
                "its passphrase asks for work of \(work); at most \(AgePassphrase.mostWork) is done"
            )
        }
        return work
    }
}
