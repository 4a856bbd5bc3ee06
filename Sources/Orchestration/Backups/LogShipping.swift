import Basics
import DataSources
import Interfaces
import Ledger
import Planning
import StackModel
import Vault

/// Takes what a Postgres has archived of its log into the stores, and out of its way.
struct LogShipping {
    let runner: BackupRunner
    let release: Release
    /// That of the log.
    let policy: BackupPolicy
    let service: ServiceName

    /// Of one set.
    private static let limit = 2000

    private var stack: StackID { release.stack.id }
    private var opener: OpenVault { OpenVault(dependencies: runner.dependencies, doors: runner.doors) }

    /// Ends the segment that is being written, ships all that is archived, and copies to the other stores what they lack.
    /// Where no copy of the cluster leads up to it, one is made. Returns what was made: nothing when nobody has written.
    func ship(in stores: [Store], acceptingNewVaults: Bool) async throws(ReportableError) -> [BackupReport.Copy] {
        guard let first = stores.first else {
            throw ReportableError(.broken, "the policy \(policy.name) has no store")
        }
        let engine = try runner.dependencies.engine(release.stack.engine)
        let log = PostgresLog(try await engine.dataAccess(of: service, in: stack), runner.doors.runner)
        let state = try await log.state()
        let lineage = try log.lineage(state)
        let vault = try await opener.findOrMake(first, acceptingNew: acceptingNewVaults)
        var copies = try await ship(log, state, lineage, into: vault, first.name)
        var failures: [ReportableError] = []
        for store in stores.dropFirst() {
            do throws(ReportableError) {
                let copy = try await opener.findOrMake(store, acceptingNew: acceptingNewVaults)
                copies += try await bringUpToDate(copy, of: store, from: vault)
            } catch {
                failures.append(error.during("the log is in \(first.name), and copying it to \(store.name) failed"))
            }
        }
        try await ensureBase(lineage, in: vault)
        if let failure = failures.first { throw failure }
        return copies
    }

    private func series() throws(ReportableError) -> SetSeries { try SetSeries(policy, of: stack) }

    // MARK: - Shipping

    /// A segment is removed once it was read back.
    private func ship(
        _ log: PostgresLog,
        _ state: PostgresLog.State,
        _ lineage: String,
        into vault: Vault,
        _ store: StoreName
    ) async throws(ReportableError) -> [BackupReport.Copy] {
        let newest = try await vault.catalogue(of: try series()).entries.map(\.manifest)
            .last { $0.identity[LogFacts.lineage] == lineage }
        let isIdle = newest?.identity[LogFacts.idle] == "\(state.nextTransaction)"
        if isIdle, log.spooled(state).isEmpty { return [] }
        let end = try await log.seal(state)
        var parts = LogSegment.runs(
            of: log.spooled(state).filter { $0.timeline == end.last.timeline && $0 <= end.last },
            atMost: Self.limit
        )[...]
        var copies: [BackupReport.Copy] = []
        while let segments = parts.popFirst() {
            // Only the last part leads to its end; up to where the others do was never asked.
            let until = parts.isEmpty ? end.until : newest?.captured.instant ?? Instant(milliseconds: 0)
            let facts = facts(segments, lineage, state, until, parts.isEmpty ? end.idle : nil)
            let manifest = try await runner.write(try series(), into: vault, opener) {
                (writer) throws(ReportableError) in
                for segment in segments {
                    try await writer.add(segment.name, try await log.content(of: segment), isSecret: true)
                }
                return facts
            }
            try await runner.verify(manifest.set, in: vault, store)
            try await log.remove(segments)
            copies.append(BackupReport.Copy(store, manifest))
        }
        return copies
    }

    private func facts(
        _ segments: [LogSegment],
        _ lineage: String,
        _ state: PostgresLog.State,
        _ until: Instant,
        _ idle: Int?
    ) -> SetFacts {
        var identity = ["system": state.systemIdentifier, LogFacts.lineage: lineage]
        identity[LogFacts.bytes] = "\(state.segmentBytes)"
        identity[LogFacts.first] = segments.first?.name
        identity[LogFacts.last] = segments.last?.name
        identity[LogFacts.idle] = idle.map { "\($0)" }
        return SetFacts(
            subject: LogFacts.subject(of: service),
            captured: until,
            versions: [:],
            identity: identity
        )
    }

    /// What was shipped after the last part that is there, also of earlier times when it could not be reached. What went before
    /// may have been pruned there.
    private func bringUpToDate(_ vault: Vault, of store: Store, from source: Vault) async throws(ReportableError)
        -> [BackupReport.Copy]
    {
        let there = Set(try await parts(in: vault).map { LogPart($0.manifest) })
        let all = try await parts(in: source)
        let known = all.lastIndex { there.contains(LogPart($0.manifest)) }
        var copies: [BackupReport.Copy] = []
        for entry in all[(known.map { $0 + 1 } ?? 0)...] {
            try await StoreRoom(store: store, vault: vault).check(for: entry.manifest)
            let manifest = try await runner.copy(entry.manifest, from: source, to: vault, opener)
            try await runner.verify(manifest.set, in: vault, store.name)
            copies.append(BackupReport.Copy(store.name, manifest))
        }
        return copies
    }

    /// But those that are known to be damaged.
    private func parts(in vault: Vault) async throws(ReportableError) -> [Catalogue.Entry] {
        try await vault.catalogue(of: try series()).entries.filter { $0.damaged == nil }
    }

    // MARK: - Copies

    /// After a restore, or when a part of the log is lost, no copy leads up to what is written now.
    private func ensureBase(_ lineage: String, in vault: Vault) async throws(ReportableError) {
        guard let base = BackupPolicies(release: release).base(of: policy) else { return }
        let logs = try await parts(in: vault).compactMap { LogSet($0.manifest) }
        let bases = try await vault.catalogue(of: try SetSeries(base, of: stack)).entries
            .filter { $0.damaged == nil }.compactMap { BaseSet($0.manifest) }.filter { $0.lineage == lineage }
        guard !bases.contains(where: { !RecoveryWindow(of: $0, among: logs).hasGap }) else { return }
        runner.doors.tell("\(base.name): no copy of \(service) leads up to its log, so one is made")
        do throws(ReportableError) {
            _ = try await runner.run(base.name, of: stack)
        } catch {
            // One is being made.
            guard error.code != .stackBusy else { return }
            throw error.during("the log is shipped, and no copy of the cluster leads up to it")
        }
    }
}

/// What tells a part of a log from the others, wherever it is stored.
private struct LogPart: Hashable {
    private let words: [String?]

    init(_ manifest: SetManifest) {
        words =
            [LogFacts.lineage, LogFacts.first, LogFacts.last, LogFacts.idle].map { manifest.identity[$0] }
            + [manifest.captured.description]
    }
}
