import Archives
import Basics
import DataSources
import Interfaces
import Ledger
import StackModel
import Vault

/// Captures a stack as it is declared: the release that runs, its spec, the sources that it runs from, and every version
/// of a secret that it uses, in the clear inside of what is always encrypted. `SavedConfiguration` reads it back.
struct StackConfiguration {
    let dependencies: Dependencies
    let release: Release

    func capture(to sink: ObjectSink) async throws(ReportableError) -> SetFacts {
        let stack = release.stack.id
        var secrets: [SecretName: SavedSecret] = [:]
        for (name, version) in release.contents.secrets {
            let value = try await dependencies.secrets.open(name, version: version, of: stack)
            secrets[name] = SavedSecret(version: version, value: value)
        }
        try await sink(object(SavedConfiguration.spec, Array(release.contents.spec.utf8)))
        try await sink(object(SavedConfiguration.release, CanonicalJSON.encode(release.contents)))
        let values = SavedConfiguration.text(of: secrets)
        try await sink(object(SavedConfiguration.secrets, Array(values.utf8), isSecret: true))
        for (digest, folder) in try await sources().sorted(by: { $0.key.hex < $1.key.hex }) {
            let name = SavedConfiguration.source(digest)
            try await sink(CapturedObject(name, ArchiveWriter.stream(of: folder)))
        }
        return SetFacts(
            subject: "config",
            captured: dependencies.now(),
            versions: [:],
            identity: ["release": "\(release.number)", "digest": release.digest.hex]
        )
    }

    /// The folders of what the release runs from. One that nothing was started from yet is stored nowhere.
    private func sources() async throws(ReportableError) -> [Digest: String] {
        let engine = try dependencies.engine(release.stack.engine)
        var folders: [Digest: String] = [:]
        for service in release.stack.services {
            guard let digest = release.contents.templates[service.name]?.source else { continue }
            do throws(ReportableError) {
                folders[digest] = try await engine.storedSource(digest, of: release.stack.id)
            } catch {
                guard error.code == .notFound, service.replicas == 0 else {
                    throw error.during("the source of \(service.name)")
                }
            }
        }
        return folders
    }

    private func object(_ name: String, _ bytes: [UInt8], isSecret: Bool = false) -> CapturedObject {
        CapturedObject(name, ByteStream(bytes: bytes), isSecret: isSecret)
    }
}
