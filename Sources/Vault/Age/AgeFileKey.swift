import Crypto

/// The key of one encrypted stream, sealed under a key that is used for nothing else; so its nonce may be zero.
enum AgeFileKey {
    static let length = 16

    static func generate() -> SymmetricKey {
        SymmetricKey(size: .bits128)
    }

    static func seal(_ fileKey: SymmetricKey, using key: SymmetricKey) throws -> [UInt8] {
        let nonce = [UInt8](repeating: 0, count: 12)
        let plain = fileKey.withUnsafeBytes { Array($0) }
        let box = try ChaChaPoly.seal(plain, using: key, nonce: ChaChaPoly.Nonce(data: nonce))
        return [UInt8](box.combined.dropFirst(nonce.count))
    }

    /// nil when it was sealed under another key.
    static func open(_ sealed: [UInt8], using key: SymmetricKey) -> SymmetricKey? {
        let nonce = [UInt8](repeating: 0, count: 12)
        guard let box = try? ChaChaPoly.SealedBox(combined: nonce + sealed) else { return nil }
        guard let plain = try? ChaChaPoly.open(box, using: key), plain.count == length else { return nil }
        return SymmetricKey(data: plain)
    }
}
