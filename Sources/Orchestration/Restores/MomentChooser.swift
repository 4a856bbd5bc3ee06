import Basics
import Ledger
import Planning
import StackModel
import Vault

/// Finds the set, and the log behind it, that lead to a moment.
struct MomentChooser {
    let release: Release
    let shelves: SetShelves

    private var stack: StackID { release.stack.id }

    private struct Candidate {
        let window: RecoveryWindow
        let base: Catalogue.Entry
        let logs: [Catalogue.Entry]
    }

    /// The log that would tell of it; nil where none is archived.
    static func log(for wish: RestoreWish, in release: Release) -> BackupPolicy? {
        guard wish.at != nil else { return nil }
        return release.stack.backups.filter { policy in
            if let name = wish.policy, policy.name != name { return false }
            guard case .service(let service) = policy.subject else { return false }
            return wish.services.isEmpty || wish.services == [service]
        }.lazy.compactMap(\.log).first
    }

    /// In the first store that has it: the nearest copy before the moment. Throws `usage` where it is not said of what,
    /// `notFound` with the moments that there are.
    func choose(_ moment: Instant, _ wish: RestoreWish) throws(ReportableError) -> ChosenSet {
        guard wish.policy != nil || wish.services.count == 1, wish.set == nil else {
            throw ReportableError(
                .usage,
                "a moment is one of one service",
                hint: "Say --at with one --service or --policy, and without --from-set."
            )
        }
        var windows: [(StoreName, RecoveryWindow)] = []
        for shelf in shelves.all {
            let candidates = candidates(in: shelf.catalogue, wish)
            windows += candidates.map { (shelf.store, $0.window) }
            guard let best = candidates.map(\.window).best(for: moment),
                let found = candidates.first(where: { $0.window == best }),
                let replay = ChosenReplay(best, to: moment, among: found.logs)
            else { continue }
            return try chosen(found, replay, shelf)
        }
        throw outside(moment, windows)
    }

    private func candidates(in catalogue: Catalogue, _ wish: RestoreWish) -> [Candidate] {
        let entries = catalogue.entries.filter { $0.set.series.stack == stack && $0.damaged == nil }
        return entries.compactMap { entry in
            let series = entry.set.series
            guard let base = BaseSet(entry.manifest), wish.policy.map({ $0 == series.policy.text }) ?? true,
                wish.services.isEmpty || wish.services.map(\.text) == [entry.manifest.subject]
            else { return nil }
            let logs = entries.filter { $0.set.series == series.log }
            return Candidate(
                window: RecoveryWindow(of: base, among: logs.logSets),
                base: entry,
                logs: logs
            )
        }
    }

    private func chosen(_ found: Candidate, _ replay: ChosenReplay, _ shelf: SetShelves.Shelf)
        throws(ReportableError) -> ChosenSet
    {
        guard let service = ServiceName(found.base.manifest.subject), release.stack.service(service) != nil else {
            throw ReportableError(
                .usage,
                "\(found.base.set) is of \(found.base.manifest.subject), which \(stack) does not have"
            )
        }
        return ChosenSet(
            service: service,
            store: shelf.store,
            entry: found.base,
            vault: shelf.vault,
            replay: replay
        )
    }

    private func outside(_ moment: Instant, _ windows: [(StoreName, RecoveryWindow)]) -> ReportableError {
        let spans = shelves.all.map(\.store).flatMap { store in
            windows.filter { $0.0 == store }.map(\.1).spans.reversed().map {
                "\(VaultTime($0.lowerBound)) to \(VaultTime($0.upperBound)) in \(store)"
            }
        }
        let unread = shelves.unread.map { "the store \($0.store) was not read: \($0.failure.message)" }
        guard !spans.isEmpty else {
            return ReportableError(
                .notFound,
                "there is no log that leads to \(VaultTime(moment))",
                hint: "A policy of a Postgres or a Redis that says `pointInTime` has one, from its first set on.",
                details: unread
            )
        }
        return ReportableError(
            .notFound,
            "\(VaultTime(moment)) is outside of what can be brought back",
            hint: "Say a moment in one of these spans, or restore a whole set with --from-set.",
            details: spans.prefix(20) + unread
        )
    }
}
