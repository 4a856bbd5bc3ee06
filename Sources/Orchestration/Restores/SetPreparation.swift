import Basics
import DataSources
import Interfaces
import Ledger
import StackModel
import Synchronization
import Vault

/// Makes the data of a set lie beside the live data of its service, ready to take its place.
struct SetPreparation {
    let dependencies: Dependencies
    let doors: BackupDoors
    let release: Release
    let set: ChosenSet

    /// Reads every object of the set, also what the server does not need, and returns in words what was counted. What is
    /// there when it throws is to be discarded.
    func prepare(as name: RestorationName) async throws(ReportableError) -> String {
        let identity = try doors.identity()
        let (vault, manifest) = (set.vault, set.manifest)
        guard let facts = try await FactsObject.read(from: manifest, in: vault, by: identity) else {
            throw ReportableError(.vaultDamaged, "the set \(manifest.set) does not say what it holds")
        }
        let read = Mutex<Set<String>>([FactsObject.name])
        let source: ObjectSource = { (name) async throws(ReportableError) in
            read.withLock { _ = $0.insert(name) }
            return try await vault.read(try manifest.object(name), of: manifest.set, by: [identity])
        }
        let place = try await place
        try await KeptData(of: place, doors.runner).finishRemoval()
        let evidence = try await DataPreparation(target: place, runner: doors.runner).prepare(
            name,
            facts: facts,
            scratch: try doors.scratch("restore-\(release.stack.id)-\(set.service)"),
            object: source
        )
        for object in manifest.objects where !read.withLock({ $0.contains(object.name) }) {
            let content = try await source(object.name)
            while try await content.next() != nil {}
        }
        return Self.words(evidence)
    }

    /// Takes away what was prepared, unless it was put in place.
    func discard(_ name: RestorationName) async throws(ReportableError) {
        let observed = try await engine.observe(release.stack.id, .glance)
        guard observed.prepared[set.service]?.contains(name) == true else { return }
        try await KeptData(of: try await place, doors.runner).remove(name)
    }

    private var engine: any Engine {
        get throws(ReportableError) { try dependencies.engine(release.stack.engine) }
    }

    private var place: DataPlace {
        get async throws(ReportableError) { try await engine.dataPlace(of: set.service, in: release) }
    }

    private static func words(_ evidence: DataEvidence) -> String {
        let noun = evidence.server == .redis ? "key" : "row"
        let count = evidence.counts["\(noun)s", default: 0]
        return "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}

extension Engine {
    func dataPlace(of service: ServiceName, in release: Release) async throws(ReportableError) -> DataPlace {
        guard let template = release.contents.templates[service] else {
            throw ReportableError(.broken, "release \(release.number) has no template for \(service)")
        }
        return try await dataPlace(of: template, in: release.stack.id)
    }
}
