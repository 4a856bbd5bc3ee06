import Basics
import Ledger
import Planning
import StackModel
import Vault

/// Deletes the sets that a policy need not keep. A dry run goes the same way, and stops before it.
package struct BackupPruner: Sendable {
    let dependencies: Dependencies
    let doors: BackupDoors

    /// What was begun earlier than this and never committed is nobody's work any more.
    private static let abandonedAfter = TimeSpan.seconds(7 * 86_400)

    package init(_ dependencies: Dependencies, _ doors: BackupDoors) {
        self.dependencies = dependencies
        self.doors = doors
    }

    /// What pruning would do now. Deletes nothing.
    package func propose(_ policy: String, of stack: StackID) async throws(ReportableError) -> PruneOutcome {
        try await eachStore(of: policy, stack) { (vault, going, outcome) throws(ReportableError) in }
    }

    /// - Parameter approved: sets that a person has seen go; nil where the policy alone decides.
    package func prune(
        _ policy: String,
        of stack: StackID,
        approved: Set<String>? = nil
    ) async throws(ReportableError) -> PruneOutcome {
        let opener = OpenVault(dependencies: dependencies, doors: doors)
        let now = dependencies.now
        return try await eachStore(of: policy, stack) { (vault, going, outcome) throws(ReportableError) in
            let going = going.filter { approved?.contains($0.description) ?? true }
            let (deleted, swept) = try await opener.holding(vault, for: "pruning of \(stack)/\(policy)") {
                (lease) throws(ReportableError) in
                let report = try await vault.prune(going, under: lease, clock: now)
                let swept = try await vault.sweep(olderThan: Self.abandonedAfter, under: lease, clock: now)
                return (report.deleted, swept.sets.count + swept.drafts)
            }
            outcome.deleted += deleted.map(\.description)
            outcome.swept += swept
        }
    }

    private func eachStore(
        of name: String,
        _ stack: StackID,
        _ work: (Vault, [SetID], inout PruneOutcome) async throws(ReportableError) -> Void
    ) async throws(ReportableError) -> PruneOutcome {
        let release = try await dependencies.currentRelease(of: stack)
        let policies = BackupPolicies(release: release)
        let policy = try policies.named(name)
        let series = try SetSeries(policy, of: stack)
        let opener = OpenVault(dependencies: dependencies, doors: doors)
        var outcome = PruneOutcome(stack: stack, policy: name)
        for store in try policies.stores(of: policy) {
            guard let vault = try await opener.findAny(store) else { continue }
            let entries = try await vault.catalogue(of: series).entries
            if let base = policies.base(of: policy) {
                let bases = try await vault.catalogue(of: try SetSeries(base, of: stack)).entries
                // A log is shipped often, and what lies about in the vault is swept after its copies.
                try await prune(entries, for: bases, isShipped: true, in: store.name, vault, &outcome, work)
            } else {
                let plan = RetentionPlan(entries.map(RetainedSet.init), keep: policy.keep, now: dependencies.now())
                outcome.rows += plan.verdicts.map { PruneOutcome.Row($0, in: store.name, entries) }
                try await work(vault, plan.deletions.compactMap { SetID($0.id) }, &outcome)
                // A log that nobody ships any more goes with its copies.
                if let log = series.log, !release.stack.policies.contains(where: { $0.name == log.policy.text }) {
                    let left = try await vault.catalogue(of: log).entries
                    let going = Set(plan.deletions.map(\.id))
                    let bases = entries.filter { !going.contains($0.set.description) }
                    try await prune(left, for: bases, isShipped: false, in: store.name, vault, &outcome, work)
                }
            }
        }
        return outcome
    }

    private func prune(
        _ logs: [Catalogue.Entry],
        for bases: [Catalogue.Entry],
        isShipped: Bool,
        in store: StoreName,
        _ vault: Vault,
        _ outcome: inout PruneOutcome,
        _ work: (Vault, [SetID], inout PruneOutcome) async throws(ReportableError) -> Void
    ) async throws(ReportableError) {
        let rows = logRows(logs, for: bases, isShipped: isShipped, in: store)
        outcome.rows += rows
        let going = rows.reversed().filter(\.goes).compactMap { SetID($0.set) }
        if !going.isEmpty { try await work(vault, going, &outcome) }
    }

    /// Newest first. A log has no ages of its own: what a copy needs stays as long as the copy does.
    private func logRows(
        _ logs: [Catalogue.Entry],
        for bases: [Catalogue.Entry],
        isShipped: Bool,
        in store: StoreName
    ) -> [PruneOutcome.Row] {
        let now = dependencies.now()
        let reasons = LogRetention(
            logs.compactMap { LogSet($0.manifest) },
            for: bases.compactMap { BaseSet($0.manifest) },
            isShipped: isShipped
        ).reasons
        return logs.reversed().map { entry in
            // What does not say which part of a log it is, is kept until somebody looks.
            let reason = LogSet(entry.manifest).map { reasons[$0] } ?? "not understood"
            let isNewest = entry.set == logs.last?.set
            return PruneOutcome.Row(
                store: store,
                set: entry.set.description,
                captured: entry.manifest.captured.instant,
                size: entry.manifest.size,
                reasons: (reason.map { [$0] } ?? []) + (isNewest ? ["newest"] : [])
                    + (entry.hasUnreadablePin || entry.pin?.holds(at: now) ?? false ? ["pinned"] : [])
            )
        }
    }
}

extension PruneOutcome.Row {
    fileprivate init(_ verdict: RetentionPlan.Verdict, in store: StoreName, _ entries: [Catalogue.Entry]) {
        self.init(
            store: store,
            set: verdict.set.id,
            captured: verdict.set.at,
            size: entries.first { $0.set.description == verdict.set.id }?.manifest.size ?? 0,
            reasons: verdict.reasons.map(\.description)
        )
    }
}

extension RetainedSet {
    fileprivate init(_ entry: Catalogue.Entry) {
        self.init(
            id: entry.set.description,
            at: entry.manifest.captured.instant,
            state: entry.proven != nil ? .proven : entry.verified != nil ? .verified : .committed,
            // A pin that cannot be read holds.
            isPinned: entry.hasUnreadablePin || entry.pin.map { $0.until == nil } ?? false,
            heldUntil: entry.pin?.until?.instant,
            isDamaged: entry.damaged != nil
        )
    }
}
