import Basics
import DataSources
import Interfaces
import Ledger
import Planning
import StackModel
import Vault

/// Takes what a server has written since into the stores, and out of its way.
struct LogShipping {
    let runner: BackupRunner
    let release: Release
    /// That of the log.
    let policy: BackupPolicy
    let service: ServiceName
    /// Somebody wants to go to a moment since the last run, in which perhaps nothing was written.
    let isWanted: Bool

    private var stack: StackID { release.stack.id }
    var opener: OpenVault { OpenVault(dependencies: runner.dependencies, doors: runner.doors) }

    /// Ships all that was written until now, and copies to the other stores what they lack. Where no copy of the data leads
    /// up to it, one is made. Returns what was made: nothing when nobody has written, unless that is wanted.
    func ship(in stores: [Store], acceptingNewVaults: Bool) async throws(ReportableError) -> [BackupReport.Copy] {
        guard let first = stores.first else {
            throw ReportableError(.broken, "the policy \(policy.name) has no store")
        }
        let engine = try runner.dependencies.engine(release.stack.engine)
        let access = try await engine.dataAccess(of: service, in: stack)
        var shelf = try await shelf(of: first, acceptingNewVaults)
        var failures: [ReportableError] = []
        do throws(ReportableError) {
            switch access.server {
            case .postgres: try await ship(PostgresLog(access, runner.doors.runner), to: &shelf)
            case .redis: try await ship(RedisLog(access, runner.doors.runner), to: &shelf)
            case .files: throw ReportableError(.broken, "\(service) keeps no log")
            }
        } catch {
            // What was shipped before it goes to the other stores all the same.
            failures.append(error)
        }
        var copies = shelf.copies
        for store in stores.dropFirst() {
            do throws(ReportableError) {
                copies += try await copy(shelf, to: store, acceptingNewVaults)
            } catch {
                failures.append(error.during("the log is in \(first.name), and copying it to \(store.name) failed"))
            }
        }
        if let failure = failures.first { throw failure }
        return copies
    }

    private func shelf(of store: Store, _ acceptingNewVault: Bool) async throws(ReportableError) -> LogShelf {
        let vault = try await opener.findOrMake(store, acceptingNew: acceptingNewVault)
        return try await LogShelf(store, vault, try series())
    }

    private func series() throws(ReportableError) -> SetSeries { try SetSeries(policy, of: stack) }

    // MARK: - Parts

    /// Makes a set of these pieces, and reads it back.
    func add<Piece>(
        _ pieces: [Piece],
        as facts: SetFacts,
        to shelf: inout LogShelf,
        _ fill: (Piece, SetWriter) async throws(ReportableError) -> Void
    ) async throws(ReportableError) {
        let manifest = try await runner.write(try series(), into: shelf.vault, opener) {
            (writer) throws(ReportableError) in
            for piece in pieces { try await fill(piece, writer) }
            return facts
        }
        try await runner.verify(manifest.set, in: shelf.vault, shelf.store.name)
        shelf.add(manifest)
    }

    func facts(_ identity: [String: String], until moment: Instant) -> SetFacts {
        SetFacts(subject: LogFacts.subject(of: service), captured: moment, versions: [:], identity: identity)
    }

    // MARK: - Other stores

    /// What was shipped after the last part that is there, also of earlier times when it could not be reached, and what it
    /// leads on from. What went before may have been pruned there.
    private func copy(_ source: LogShelf, to store: Store, _ acceptingNewVault: Bool)
        async throws(ReportableError) -> [BackupReport.Copy]
    {
        var shelf = try await shelf(of: store, acceptingNewVault)
        let there = Set(shelf.parts.map { LogPart($0) })
        let known = source.parts.lastIndex { there.contains(LogPart($0)) }
        for manifest in source.parts[(known.map { $0 + 1 } ?? 0)...] {
            try await StoreRoom(store: store, vault: shelf.vault).check(for: manifest)
            let copied = try await runner.copy(manifest, from: source.vault, to: shelf.vault, opener)
            try await runner.verify(copied.set, in: shelf.vault, store.name)
            shelf.add(copied)
        }
        if let lineage = shelf.parts.last?.identity[LogFacts.lineage] {
            try await copyBase(of: lineage, from: source, to: shelf)
        }
        return shelf.copies
    }

    /// A log without a copy that leads up to it is nothing, in every store.
    private func copyBase(of lineage: String, from source: LogShelf, to shelf: LogShelf) async throws(ReportableError) {
        let there = try await bases(of: lineage, in: shelf.vault)
        guard !there.contains(where: { Self.leadsUp($0, in: shelf) }) else { return }
        let known = try await bases(of: lineage, in: source.vault).last { Self.leadsUp($0, in: shelf) }
        guard let known else { return }
        try await StoreRoom(store: shelf.store, vault: shelf.vault).check(for: known)
        let copied = try await runner.copy(known, from: source.vault, to: shelf.vault, opener)
        try await runner.verify(copied.set, in: shelf.vault, shelf.store.name)
    }

    // MARK: - What it leads on from

    /// The copies of the data that this log belongs to, but those that are known to be damaged.
    func bases(of lineage: String, in vault: Vault) async throws(ReportableError) -> [SetManifest] {
        guard let base = BackupPolicies(release: release).base(of: policy) else { return [] }
        return try await vault.catalogue(of: try SetSeries(base, of: stack)).entries
            .filter { $0.damaged == nil && BaseSet($0.manifest)?.lineage == lineage }.map(\.manifest)
    }

    static func leadsUp(_ base: SetManifest, in shelf: LogShelf) -> Bool {
        BaseSet(base).map { !RecoveryWindow(of: $0, among: shelf.logs).hasGap } ?? false
    }

    /// After a restore, or when a part of the log is lost, no copy leads up to what is written now.
    func makeBase() async throws(ReportableError) {
        guard let base = BackupPolicies(release: release).base(of: policy) else { return }
        runner.doors.tell("\(base.name): no copy of \(service) leads up to its log, so one is made")
        do throws(ReportableError) {
            _ = try await runner.run(base.name, of: stack)
        } catch {
            // One is being made.
            guard error.code != .stackBusy else { return }
            throw error.during("no copy of \(service) leads up to its log, and making one failed")
        }
    }
}
