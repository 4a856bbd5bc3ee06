import Basics
import DataSources
import Planning
import StackModel
import Vault

/// The parts of a log that a copy of a cluster is to be brought further by.
struct ChosenReplay {
    /// That is to be reached.
    let moment: Instant
    /// In the order of the log.
    let parts: [SetManifest]

    /// As far as the log in a vault leads, or until a moment before; nil for a set that is no copy of a cluster, and where
    /// there is no log.
    static func newest(of entry: Catalogue.Entry, in vault: Vault, until limit: Instant? = nil)
        async throws(ReportableError) -> ChosenReplay?
    {
        guard let base = BaseSet(entry.manifest), let series = entry.set.series.log else { return nil }
        let logs = try await vault.catalogue(of: series).entries
        let window = RecoveryWindow(of: base, among: logs.compactMap { LogSet($0.manifest) })
        return window.until.flatMap { ChosenReplay(window, to: min($0, limit ?? $0), among: logs) }
    }

    /// nil when the window does not reach so far.
    init?(_ window: RecoveryWindow, to moment: Instant, among entries: [Catalogue.Entry]) {
        guard let logs = window.logs(to: moment) else { return nil }
        let manifests = Dictionary(entries.map { ($0.set.description, $0.manifest) }) { first, _ in first }
        self.moment = moment
        self.parts = logs.compactMap { manifests[$0.id] }
    }

    /// Throws `vaultDamaged` when a part of it does not hold what it says.
    func opened(in vault: Vault, by identity: AgeIdentity) throws(ReportableError) -> LogReplay {
        var places: [LogSegment: (SetID, SetObject)] = [:]
        for part in parts {
            guard let log = LogSet(part) else { continue }
            for object in part.objects {
                guard let segment = LogSegment(object.name, bytes: log.first.bytes),
                    object.plain.size == segment.bytes
                else {
                    throw ReportableError(.vaultDamaged, "\(object.name) of the set \(part.set) is no part of a log")
                }
                places[segment] = (part.set, object)
            }
        }
        return LogReplay(until: moment, segments: places.keys.sorted()) { [places] (segment) throws(ReportableError) in
            guard let (set, object) = places[segment] else {
                throw ReportableError(.notFound, "no part of the log has \(segment.name)")
            }
            return try await vault.read(object, of: set, by: [identity])
        }
    }
}
