import Basics
import Crypto
import FoundationEssentials

/// The key that all sealed secrets hang on: 32 random bytes in a file of their own, outside the ledger.
package struct MasterKey: Sendable {
    private let key: Redacted<SymmetricKey>

    static let length = 32

    /// - Precondition: `bytes` holds `length` bytes.
    init(bytes: [UInt8]) {
        precondition(bytes.count == Self.length, "a master key has \(Self.length) bytes")
        key = Redacted(SymmetricKey(data: bytes))
    }

    /// A new key of the system's random numbers.
    static func generate() -> Redacted<[UInt8]> {
        Redacted(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
    }

    /// Reads the key file; with `creating`, makes it when there is none (two processes that try at once get the same).
    /// Throws `secretFailed` when it is missing, readable for others than its owner, or not a key.
    static func load(path: String, creating: Bool) throws(ReportableError) -> MasterKey {
        let file = MasterKeyFile(path: path)
        if creating { try file.createIfMissing(generate()) }
        return MasterKey(bytes: try file.read().reveal())
    }

    /// The key for one purpose, so that what is sealed for one is useless for another.
    func derived(for purpose: Purpose) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key.reveal(),
            info: Data("slipway/v1/\(purpose.rawValue)".utf8),
            outputByteCount: Self.length
        )
    }

    /// Tells two master keys apart and says nothing about either.
    var keyCheck: String {
        derived(for: .keyCheck).withUnsafeBytes { Digest(of: $0).hex }
    }

    enum Purpose: String {
        case secretValue = "secret-value"
        case keyCheck = "key-check"
    }
}
