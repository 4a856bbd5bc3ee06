import Basics
import Crypto
import CryptoExtras
import Dispatch

/// A passphrase and the work that goes into making a key of it (scrypt's N is two to the power of `work`).
package struct AgePassphrase: Sendable {
    /// 256 MiB of memory: what age takes by itself, and the most that is done for a file that asks for it.
    package static let mostWork = 18
    static let saltLength = 16

    /// One after the other: two at once would need twice the memory.
    private static let queue = DispatchQueue(label: "slipway.scrypt")

    let work: Int
    private let passphrase: Redacted<String>

    init(_ passphrase: Redacted<String>, work: Int) throws(ReportableError) {
        guard !passphrase.reveal().isEmpty else {
            throw ReportableError(.secretFailed, "an empty passphrase protects nothing")
        }
        self.passphrase = passphrase
        self.work = min(max(work, 1), Self.mostWork)
    }

    /// The key that wraps a file key, made off the threads that tasks share. nil when there is no memory for it.
    func key(salt: [UInt8], work: Int) async -> SymmetricKey? {
        await withCheckedContinuation { continuation in
            Self.queue.async {
                let key = try? KDF.Scrypt.deriveKey(
                    from: Array(passphrase.reveal().utf8),
                    salt: Array("age-encryption.org/v1/scrypt".utf8) + salt,
                    outputByteCount: 32,
                    rounds: 1 << work,
                    blockSize: 8,
                    parallelism: 1
                )
                continuation.resume(returning: key)
            }
        }
    }
}
