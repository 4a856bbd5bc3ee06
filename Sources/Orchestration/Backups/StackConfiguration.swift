import Basics
import DataSources
import Interfaces
import Ledger
import StackModel
import Vault

/// Captures a stack as it is declared: the release that runs, its spec, and every version of a secret that it uses, in the
/// clear inside of what is always encrypted.
struct StackConfiguration {
    let dependencies: Dependencies
    let release: Release

    private struct SavedSecret: Codable {
        let version: Int
        let user: String?
        let value: String
    }

    func capture(to sink: ObjectSink) async throws(ReportableError) -> SetFacts {
        let stack = release.stack.id
        var secrets: [String: SavedSecret] = [:]
        for (name, version) in release.contents.secrets {
            let value = try await dependencies.secrets.open(name, version: version, of: stack)
            secrets[name.text] = SavedSecret(version: version, user: value.user, value: value.value.reveal())
        }
        try await sink(object("stack.yaml", Array(release.contents.spec.utf8)))
        try await sink(object("release.json", Array(CanonicalJSON.encode(release.contents))))
        try await sink(object("secrets.json", Array(CanonicalJSON.encode(secrets)), isSecret: true))
        return SetFacts(
            subject: "config",
            captured: dependencies.now(),
            versions: [:],
            identity: ["release": "\(release.number)", "digest": release.digest.hex]
        )
    }

    /// Reads what a rebuild would need, and sees that it is whole: the release is the one that was captured, and every
    /// secret that it uses is there.
    static func probe(_ content: SetContent) async throws(ReportableError) -> [String: String] {
        let release = try await read(Release.Contents.self, "release.json", content)
        let secrets = try await read([String: SavedSecret].self, "secrets.json", content)
        let spec = try await content.object("stack.yaml").collect(limit: limit)
        guard release.digest.hex == content.manifest.identity["digest"], spec == Array(release.spec.utf8),
            Set(secrets.keys) == Set(release.secrets.keys.map(\.text))
        else {
            throw ReportableError(.vaultDamaged, "the set \(content.manifest.set) is not the release that it names")
        }
        return ["services": "\(release.stack.services.count)", "secrets": "\(secrets.count)"]
    }

    private static let limit = 64 << 20

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

    private func object(_ name: String, _ bytes: [UInt8], isSecret: Bool = false) -> CapturedObject {
        CapturedObject(name, ByteStream(bytes: bytes), isSecret: isSecret)
    }
}
