import Basics
import DataSources
import Planning
import StackModel
import Vault

/// The parts of a log that what was captured is to be brought further by.
struct ChosenReplay {
    /// That is to be reached, as finely as the log tells it.
    let moment: Instant
    /// In the order of the log.
    let parts: [SetManifest]

    /// As far as the log in a vault leads; nil for a set that no log leads on from, and where there is none.
    static func newest(of entry: Catalogue.Entry, in vault: Vault) async throws(ReportableError) -> ChosenReplay? {
        guard let base = BaseSet(entry.manifest), let series = entry.set.series.log else { return nil }
        return newest(of: base, among: try await vault.catalogue(of: series).entries)
    }

    /// - Parameter limit: a moment that it is not to go beyond.
    static func newest(of base: BaseSet, among logs: [Catalogue.Entry], limit: Instant? = nil) -> ChosenReplay? {
        let window = RecoveryWindow(of: base, among: logs.logSets)
        return window.until.flatMap { ChosenReplay(window, to: min($0, limit ?? $0), among: logs) }
    }

    /// nil when the window does not reach so far.
    init?(_ window: RecoveryWindow, to moment: Instant, among entries: [Catalogue.Entry]) {
        guard let logs = window.logs(to: moment) else { return nil }
        let manifests = Dictionary(entries.map { ($0.set.description, $0.manifest) }) { first, _ in first }
        self.moment = window.told(moment)
        self.parts = logs.compactMap { manifests[$0.id] }
    }

    /// Throws `vaultDamaged` when a part of it does not hold what it says.
    func opened(in vault: Vault, by identity: AgeIdentity) throws(ReportableError) -> LogReplay {
        var found: [LogReplay.Piece: (place: LogPlace, set: SetID, object: SetObject)] = [:]
        for part in parts {
            for object in part.objects {
                guard let place = Self.place(of: object, in: part) else {
                    throw ReportableError(.vaultDamaged, "\(object.name) of the set \(part.set) is no part of a log")
                }
                found[LogReplay.Piece(name: object.name, size: object.plain.size)] = (place, part.set, object)
            }
        }
        let order = found.sorted { ($0.value.place, $0.key.size) < ($1.value.place, $1.key.size) }
        return LogReplay(until: moment, pieces: order.map(\.key)) { [found] (piece) throws(ReportableError) in
            guard let (_, set, object) = found[piece] else {
                throw ReportableError(.notFound, "no part of the log has \(piece.name)")
            }
            return try await vault.read(object, of: set, by: [identity])
        }
    }

    private static func place(of object: SetObject, in part: SetManifest) -> LogPlace? {
        if let place = LogPlace(pieceName: object.name) { return place }
        let bytes = part.identity[LogFacts.bytes].flatMap { Int($0) }
        guard let bytes, object.plain.size == bytes else { return nil }
        return LogSegment(object.name, bytes: bytes).map { LogPlace(file: $0.number) }
    }
}

extension Sequence<Catalogue.Entry> {
    /// The parts of a log that count: what is known to be damaged is a gap.
    var logSets: [LogSet] { filter { $0.damaged == nil }.compactMap { LogSet($0.manifest) } }
}
