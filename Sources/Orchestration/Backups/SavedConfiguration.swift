import Archives
import Basics
import Interfaces
import Ledger
import StackModel
import Vault

/// What a set of `config` holds: all that a deploy needs on a machine that has nothing.
struct SavedConfiguration: Sendable {
    static let spec = "stack.yaml"
    static let release = "release.json"
    static let secrets = "secrets.json"
    static func source(_ digest: Digest) -> String { "source-\(digest.hex).tar" }

    /// What a rebuild takes: more is refused when the set is made, not when it is needed.
    static let limit = 64 << 20
    static let mostFiles = 1_000_000

    let contents: Release.Contents
    let secrets: [SecretName: SavedSecret]
    /// The sources of services that run and that are not in the set.
    let missingSources: [ServiceName]
    private let content: SetContent

    var manifest: SetManifest { content.manifest }

    /// Sees that it is the release that was captured, with every secret that it uses.
    /// Throws `vaultDamaged` when it is not, `secretFailed` when the identity is not one that it was sealed for.
    init(reading content: SetContent) async throws(ReportableError) {
        let release = try await Self.read(Release.Contents.self, Self.release, content)
        let saved = try await Self.read([String: Saved].self, Self.secrets, content)
        let spec = try await content.object(Self.spec).collect(limit: Self.limit)
        let manifest = content.manifest
        var secrets: [SecretName: SavedSecret] = [:]
        for (text, secret) in saved { if let name = SecretName(text) { secrets[name] = secret.secret } }
        guard release.digest.hex == manifest.identity["digest"], spec == Array(release.spec.utf8),
            secrets.mapValues(\.version) == release.secrets, release.stack.id == manifest.set.series.stack
        else {
            throw ReportableError(.vaultDamaged, "the set \(manifest.set) is not the release that it names")
        }
        self.contents = release
        self.secrets = secrets
        self.content = content
        self.missingSources = release.stack.services.filter { service in
            guard service.replicas > 0, let source = release.templates[service.name]?.source else { return false }
            return !manifest.objects.contains { $0.name == Self.source(source) }
        }.map(\.name)
    }

    /// That a rebuild finds in the set what it needs.
    func evidence() throws(ReportableError) -> [String: String] {
        if let service = missingSources.first {
            throw ReportableError(.vaultDamaged, "the set \(manifest.set) does not hold the source of \(service)")
        }
        return ["services": "\(contents.stack.services.count)", "secrets": "\(secrets.count)"]
    }

    /// Whether a source is in the set.
    func holds(_ source: Digest) -> Bool { manifest.objects.contains { $0.name == Self.source(source) } }

    /// Makes a source in a folder that is there and empty. Throws `notFound` when the set does not hold it.
    func extract(_ source: Digest, into folder: String) async throws(ReportableError) {
        let stream = try await content.object(Self.source(source))
        let limits = ArchiveLimits(entries: Self.mostFiles, bytes: 1 << 40)
        try await ArchiveReader.extract(stream, into: folder, limits: limits, owners: .left)
    }

    /// The form of secrets in a set, in the clear.
    static func text(of secrets: [SecretName: SavedSecret]) -> String {
        let all = secrets.map { ($0.key.text, Saved($0.value)) }
        return CanonicalJSON.text(Dictionary(all) { first, _ in first })
    }

    private struct Saved: Codable {
        let version: Int
        let user: String?
        let value: String

        init(_ secret: SavedSecret) {
            (version, user, value) = (secret.version, secret.value.user, secret.value.value.reveal())
        }

        var secret: SavedSecret {
            SavedSecret(version: version, value: SecretValue(user: user, value: Redacted(value)))
        }
    }

    private static func read<Value: Decodable>(_ type: Value.Type, _ name: String, _ content: SetContent)
        async throws(ReportableError) -> Value
    {
        let bytes = try await content.object(name).collect(limit: limit)
        do {
            return try CanonicalJSON.decode(type, from: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw ReportableError(.vaultDamaged, "\(name) of \(content.manifest.set) cannot be understood")
        }
    }
}
