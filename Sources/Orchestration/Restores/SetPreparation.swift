import Basics
import DataSources
import Interfaces
import Ledger
import StackModel
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
        let content = SetContent(of: set.manifest, in: set.vault, by: try doors.identity())
        let facts = try await content.facts()
        let place = try await place
        try await KeptData(of: place, doors.runner).finishRemoval()
        let evidence = try await DataPreparation(target: place, runner: doors.runner).prepare(
            name,
            facts: facts,
            scratch: try doors.restoreScratch(of: set.service, in: release.stack.id),
            origin: set.origin,
            replaying: try set.replay?.opened(in: set.vault, by: try doors.identity()),
            object: content.object
        )
        try await content.readRest()
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
        let noun =
            switch evidence.server {
            case .redis: "key"
            case .postgres: "row"
            case .files: "file"
            }
        let count = evidence.counts["\(noun)s", default: 0]
        return "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}

extension BackupDoors {
    /// Where a service's sets are loaded.
    func restoreScratch(of service: ServiceName, in stack: StackID) throws(ReportableError) -> String {
        try scratch("restore.\(stack).\(service)")
    }
}

extension Engine {
    /// Throws `notFound` for a service that keeps no data that could be restored.
    func dataPlace(of service: ServiceName, in release: Release) async throws(ReportableError) -> DataPlace {
        guard let template = release.contents.templates[service] else {
            throw ReportableError(.notFound, "release \(release.number) has no template for \(service)")
        }
        return try await dataPlace(of: template, in: release.stack.id)
    }
}
