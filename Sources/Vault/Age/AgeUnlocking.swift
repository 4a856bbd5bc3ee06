import Basics
import Crypto

/// The way from a header to its file key, for one of several identities.
struct AgeUnlocking {
    private enum Way {
        case key(share: [UInt8], body: [UInt8])
        case passphrase(salt: [UInt8], work: Int, body: [UInt8])
    }

    private let ways: [Way]
    private let header: AgeHeader

    /// Stanzas of types that are not known are nobody's business. Throws `vaultDamaged` when one of a known type is not
    /// as that type wants it.
    init(_ header: AgeHeader) throws(ReportableError) {
        var ways: [Way] = []
        for stanza in header.stanzas {
            if let way = try Self.way(stanza) { ways.append(way) }
        }
        let hasPassphrase = header.stanzas.contains { $0.type == AgePassphraseWrap.type }
        guard !hasPassphrase || header.stanzas.count == 1 else {
            throw AgeHeader.damaged("a passphrase stands beside other recipients")
        }
        self.ways = ways
        self.header = header
    }

    /// Throws `secretFailed` when no identity fits, `vaultDamaged` when the header was tampered with.
    nonisolated(nonsending) func fileKey(for identities: [AgeIdentity]) async throws(ReportableError) -> SymmetricKey {
        for way in ways {
            for identity in identities {
                guard let key = try await Self.open(way, with: identity) else { continue }
                guard header.isAuthentic(key) else { throw AgeHeader.damaged("its code does not fit its text") }
                return key
            }
        }
        throw ReportableError(
            .secretFailed,
            "none of \(identities.count) given identities opens this; \(wanted)",
            hint: "Give the identity whose recipient is one of those the vault names, or the recovery identity."
        )
    }

    private var wanted: String {
        switch ways.first {
        case .passphrase: "it wants a passphrase"
        case .key: "it is encrypted to \(ways.count) other keys"
        case nil: "it is encrypted to no key of a kind that is known here"
        }
    }

    private static func way(_ stanza: AgeStanza) throws(ReportableError) -> Way? {
        switch stanza.type {
        case AgeKeyWrap.type:
            guard stanza.arguments.count == 2, let share = AgeBase64.decode(stanza.arguments[1]),
                share.count == AgeKeys.length, stanza.body.count == AgeKeyWrap.wrappedLength
            else { throw AgeHeader.damaged("a recipient of type \(stanza.type) is malformed") }
            return .key(share: share, body: stanza.body)
        case AgePassphraseWrap.type:
            guard stanza.arguments.count == 3, let salt = AgeBase64.decode(stanza.arguments[1]),
                salt.count == AgePassphrase.saltLength, stanza.body.count == AgeKeyWrap.wrappedLength
            else { throw AgeHeader.damaged("a recipient of type \(stanza.type) is malformed") }
            let work = try AgePassphraseWrap.work(stanza.arguments[2])
            return .passphrase(salt: salt, work: work, body: stanza.body)
        default:
            return nil
        }
    }

    private nonisolated(nonsending) static func open(
        _ way: Way,
        with identity: AgeIdentity
    ) async throws(ReportableError) -> SymmetricKey? {
        switch (way, identity.kind) {
        case (.key(let share, let body), .key(let key)):
            do {
                return try AgeKeyWrap.unwrap(share: share, body: body, with: key)
            } catch {
                throw AgeHeader.damaged("the share of a recipient is not a usable key")
            }
        case (.passphrase(let salt, let work, let body), .passphrase(let passphrase)):
            guard let key = await passphrase.key(salt: salt, work: work) else {
                throw ReportableError(.secretFailed, "there is no memory to make a key of the passphrase")
            }
            return AgeFileKey.open(body, using: key)
        default:
            return nil
        }
    }
}
