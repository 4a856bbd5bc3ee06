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

    private func object(_ name: String, _ bytes: [UInt8], isSecret: Bool = false) -> CapturedObject {
        CapturedObject(name, ByteStream(bytes: bytes), isSecret: isSecret)
    }
}
