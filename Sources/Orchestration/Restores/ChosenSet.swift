import Basics
import Planning
import StackModel
import Vault

/// A set, and the service whose data it is to become.
package struct ChosenSet: Sendable {
    package let service: ServiceName
    package let store: StoreName
    let entry: Catalogue.Entry
    let vault: Vault
    /// The log that it is to be brought further by, to a moment after its own.
    var replay: ChosenReplay?

    /// The moment whose state comes back.
    package var state: Instant { replay?.moment ?? manifest.captured.instant }

    /// The same with all of its log that there is; none for a set without one.
    func broughtFurther(in catalogue: Catalogue, until limit: Instant?) -> [ChosenSet] {
        guard let base = BaseSet(manifest) else { return [] }
        let logs = catalogue.entries.filter { $0.set.series == manifest.set.series.log }
        return ChosenReplay.newest(of: base, among: logs, limit: limit).map { replay in
            [ChosenSet(service: service, store: store, entry: entry, vault: vault, replay: replay)]
        } ?? []
    }

    var manifest: SetManifest { entry.manifest }

    /// How data that was made of it remembers it.
    var origin: String { manifest.set.description + (replay.map { " \(VaultTime($0.moment))" } ?? "") }

    /// As the list of sets shows it.
    package var row: BackupList.Row { BackupList.Row(entry, in: store, state: state) }

    /// Another for each attempt: the same set may come back twice, and what is live then is not what it was the first time.
    func restoration(at now: Instant) -> RestorationName {
        let digits = VaultTime(now).description.filter { $0.isNumber }.prefix(17)
        let tail = "-\(manifest.set.sequence)-\(digits)"
        let policy = manifest.set.series.policy.text.prefix(max(1, 40 - tail.utf8.count))
        return RestorationName(unchecked: policy + tail)
    }
}

/// What is restored, and what a person should know of how it was chosen.
package struct RestoreChoice: Sendable {
    package let stack: StackID
    package let sets: [ChosenSet]
    package let warnings: [String]
    /// By service, the name that its data has from now on.
    let names: [ServiceName: RestorationName]

    init(stack: StackID, sets: [ChosenSet], warnings: [String], at now: Instant) {
        self.stack = stack
        self.sets = sets
        self.warnings = warnings
        self.names = Dictionary(sets.map { ($0.service, $0.restoration(at: now)) }) { first, _ in first }
    }

    package var change: Change { .restore(names.mapValues { .restored($0) }) }
}
