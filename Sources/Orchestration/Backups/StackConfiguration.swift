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
    var mostFiles = SavedConfiguration.mostFiles
    var mostBytes = SavedConfiguration.limit

    func capture(to sink: ObjectSink) async throws(ReportableError) -> SetFacts {
        let stack = release.stack.id
        var secrets: [SecretName: SavedSecret] = [:]
        for (name, version) in release.contents.secrets {
            let value = try await dependencies.secrets.open(name, version: version, of: stack)
            secrets[name] = SavedSecret(version: version, value: value)
        }
        try await sink(try object(SavedConfiguration.spec, Array(release.contents.spec.utf8)))
        try await sink(try object(SavedConfiguration.release, CanonicalJSON.encode(release.contents)))
        let values = SavedConfiguration.text(of: secrets)
        try await sink(try object(SavedConfiguration.secrets, Array(values.utf8), isSecret: true))
        for (digest, folder) in try await sources().sorted(by: { $0.key.hex < $1.key.hex }) {
            try await capture(digest, in: folder, to: sink)
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

    /// Counted while it is read: only then is it known how many files there are.
    private func capture(_ source: Digest, in folder: String, to sink: ObjectSink) async throws(ReportableError) {
        let tally = ArchiveTally()
        let content = ArchiveWriter.stream(of: folder, counting: tally)
        try await sink(CapturedObject(SavedConfiguration.source(source), content))
        guard tally.entries > mostFiles else { return }
        throw tooLarge("a source of more than \(mostFiles) files")
    }

    private func object(_ name: String, _ bytes: [UInt8], isSecret: Bool = false) throws(ReportableError)
        -> CapturedObject
    {
        guard bytes.count <= mostBytes else { throw tooLarge("\(bytes.count >> 20) MiB of \(name)") }
        return CapturedObject(name, ByteStream(bytes: bytes), isSecret: isSecret)
    }

    private func tooLarge(_ what: String) -> ReportableError {
        ReportableError(
            .fileFailed,
            "\(release.stack.id) has \(what), which no rebuild would take",
            hint: "Leave out of the source what is no source: `.slipwayignore` names it."
        )
    }
}
