import Crypto

/// Wraps a file key for the owner of a key (age's `X25519`).
enum AgeKeyWrap {
    static let type = "X25519"
    /// Of a wrapped file key: the key and a tag.
    static let wrappedLength = AgeFileKey.length + 16

    /// A public key that yields zero with every private one: whoever makes such a secret shares it with the world.
    struct WeakKey: Error {}

    /// Throws for a recipient whose key is weak.
    static func wrap(
        _ fileKey: SymmetricKey,
        for recipient: Curve25519.KeyAgreement.PublicKey
    ) throws -> AgeStanza {
        let ephemeral = Curve25519.KeyAgreement.PrivateKey()
        let share = [UInt8](ephemeral.publicKey.rawRepresentation)
        let secret = try secret(ephemeral, recipient)
        let body = try AgeFileKey.seal(fileKey, using: key(secret, share, recipient))
        return AgeStanza(arguments: [type, AgeBase64.encode(share)], body: body)
    }

    /// nil when the stanza is for somebody else. Throws when its share is weak.
    static func unwrap(
        share: [UInt8],
        body: [UInt8],
        with identity: Curve25519.KeyAgreement.PrivateKey
    ) throws -> SymmetricKey? {
        let ephemeral = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: share)
        let secret = try secret(identity, ephemeral)
        return AgeFileKey.open(body, using: key(secret, share, identity.publicKey))
    }

    /// The library does not check this itself.
    private static func secret(
        _ own: Curve25519.KeyAgreement.PrivateKey,
        _ other: Curve25519.KeyAgreement.PublicKey
    ) throws -> SharedSecret {
        let secret = try own.sharedSecretFromKeyAgreement(with: other)
        guard secret.withUnsafeBytes({ $0.reduce(0, |) }) != 0 else { throw WeakKey() }
        return secret
    }

    private static func key(
        _ secret: SharedSecret,
        _ share: [UInt8],
        _ recipient: Curve25519.KeyAgreement.PublicKey
    ) -> SymmetricKey {
        secret.hkdfDerivedSymmetricKey(
            using: SHA256.self,
            salt: share + recipient.rawRepresentation,
            sharedInfo: Array("age-encryption.org/v1/X25519".utf8),
            outputByteCount: 32
        )
    }
}
