import Basics
import DataSources
import Interfaces
import Ledger
import StackModel
import Vault

/// Runs a backup policy: captures its data once into the first of its stores, and copies the set from there to the others.
package struct BackupRunner: Sendable {
    let dependencies: Dependencies
    let doors: BackupDoors

    package init(_ dependencies: Dependencies, _ doors: BackupDoors) {
        self.dependencies = dependencies
        self.doors = doors
    }

    /// The names of the policies of a stack, or the one that is asked for.
    package func policies(of stack: StackID, only name: String?) async throws(ReportableError) -> [String] {
        if let name { return [name] }
        return try await dependencies.currentRelease(of: stack).stack.policies.map(\.name)
    }

    /// - Parameters:
    ///   - acceptingShrink: a person has looked, and it is right that so little is left.
    ///   - acceptingNewVaults: a person has looked, and the vault that a store held before is not expected any more.
    ///   - isWanted: of a log: somebody wants to go to a moment that perhaps nobody has written since.
    ///   - note: what the ledger is to remember with the run.
    /// Throws `stackBusy` while a run of the policy goes on; whatever is thrown later stands in the ledger, too.
    package func run(
        _ policy: String,
        of stack: StackID,
        acceptingShrink: Bool = false,
        acceptingNewVaults: Bool = false,
        isWanted: Bool = false,
        noting note: [String: String] = [:]
    ) async throws(ReportableError) -> BackupReport {
        let run = try await dependencies.beginRun(.backup, by: policy, of: stack)
        return try await perform(
            run,
            acceptingShrink: acceptingShrink,
            acceptingNewVaults: acceptingNewVaults,
            isWanted: isWanted,
            noting: note
        )
    }

    /// Does what a run that has begun is for, and ends it. A set counts once it was read back whole from every store.
    package func perform(
        _ run: BackupRun,
        acceptingShrink: Bool = false,
        acceptingNewVaults: Bool = false,
        isWanted: Bool = false,
        noting note: [String: String] = [:]
    ) async throws(ReportableError) -> BackupReport {
        await doors.sweepScratch()
        let copies: [BackupReport.Copy]
        do throws(ReportableError) {
            let release = try await dependencies.currentRelease(of: run.stack)
            let policies = BackupPolicies(release: release)
            let policy = try policies.named(run.policy)
            let stores = try policies.stores(of: policy)
            let subject = BackupSubject(
                dependencies: dependencies,
                doors: doors,
                release: release,
                policy: policy,
                shrink: ShrinkGuard(isAccepted: acceptingShrink)
            )
            if case .log(let service) = policy.subject {
                let shipping = LogShipping(
                    runner: self,
                    release: release,
                    policy: policy,
                    service: service,
                    isWanted: isWanted
                )
                copies = try await shipping.ship(in: stores, acceptingNewVaults: acceptingNewVaults)
            } else {
                copies = try await make(subject, in: stores, acceptingNewVaults: acceptingNewVaults)
            }
        } catch {
            await RunEnd(dependencies: dependencies, run: run).fail(with: error)
            throw error
        }
        let ended = dependencies.now()
        try await RunEnd(dependencies: dependencies, run: run).succeed(
            with: copies.first?.set ?? "",
            evidence: note.merging(["bytes": "\(copies.first?.size ?? 0)"]) { own, _ in own },
            at: ended
        )
        return BackupReport(
            stack: run.stack,
            policy: run.policy,
            copies: copies,
            elapsed: run.startedAt.elapsed(until: ended)
        )
    }

    private func make(_ subject: BackupSubject, in stores: [Store], acceptingNewVaults: Bool)
        async throws(ReportableError) -> [BackupReport.Copy]
    {
        guard let first = stores.first else {
            throw ReportableError(.broken, "the policy \(subject.policy.name) has no store")
        }
        let opener = OpenVault(dependencies: dependencies, doors: doors)
        let source = try await opener.findOrMake(first, acceptingNew: acceptingNewVaults)
        let manifest = try await capture(subject, into: source, of: first, opener)
        try await verify(manifest.set, in: source, first.name)
        var copies = [BackupReport.Copy(first.name, manifest)]
        var failures: [ReportableError] = []
        for store in stores.dropFirst() {
            do throws(ReportableError) {
                let vault = try await opener.findOrMake(store, acceptingNew: acceptingNewVaults)
                try await StoreRoom(store: store, vault: vault).check(for: manifest)
                let copied = try await copy(manifest, from: source, to: vault, opener)
                try await verify(copied.set, in: vault, store.name)
                copies.append(BackupReport.Copy(store.name, copied))
            } catch {
                let done = copies.map(\.store.text).joined(separator: ", ")
                failures.append(error.during("the set is in \(done), and copying it to \(store.name) failed"))
            }
        }
        if let failure = failures.first { throw failure }
        return copies
    }

    /// What a store took is not yet what it keeps.
    func verify(_ set: SetID, in vault: Vault, _ store: StoreName) async throws(ReportableError) {
        let found = try await vault.verifyMarking(set, at: dependencies.now())
        guard !found.isSound else { return }
        throw ReportableError(
            .vaultDamaged,
            "the set \(set) was stored in \(store), and what is read back is damaged",
            details: found.flaws.map(\.text)
        )
    }

    private func capture(_ subject: BackupSubject, into vault: Vault, of store: Store, _ opener: OpenVault)
        async throws(ReportableError) -> SetManifest
    {
        let series = try SetSeries(subject.policy, of: subject.release.stack.id)
        let newest = try await vault.catalogue(of: series).entries.last?.manifest
        if let newest { try await StoreRoom(store: store, vault: vault).check(for: newest) }
        var previous: DataFacts?
        if let newest { previous = try await facts(of: newest, in: vault) }
        let known = previous
        return try await write(series, into: vault, opener) { (writer) throws(ReportableError) in
            try await subject.capture(since: known) { (object) throws(ReportableError) in
                try await writer.add(object.name, object.content, isSecret: object.isSecret)
            }
        }
    }

    /// Makes a set of what `fill` adds to it, whole or not at all.
    func write(
        _ series: SetSeries,
        into vault: Vault,
        _ opener: OpenVault,
        _ fill: (SetWriter) async throws(ReportableError) -> SetFacts
    ) async throws(ReportableError) -> SetManifest {
        let recipients = try opener.recipients()
        let now = dependencies.now
        return try await opener.holding(vault, for: "backup of \(series)") { (lease) throws(ReportableError) in
            let writer = try await vault.begin(series, under: lease, expecting: recipients, clock: now)
            do throws(ReportableError) {
                return try await writer.commit(try await fill(writer)).0
            } catch {
                await Task.detached { await writer.abandon() }.value
                throw error
            }
        }
    }

    /// Reads every object whole and writes it anew: what is copied has been checked.
    func copy(
        _ manifest: SetManifest,
        from source: Vault,
        to vault: Vault,
        _ opener: OpenVault
    ) async throws(ReportableError) -> SetManifest {
        let identity = try doors.identity()
        return try await write(manifest.set.series, into: vault, opener) { (writer) throws(ReportableError) in
            for object in manifest.objects {
                let content = try await source.read(object, of: manifest.set, by: [identity])
                try await writer.add(object.name, content, traits: object.traits)
            }
            return SetFacts(
                subject: manifest.subject,
                captured: manifest.captured.instant,
                versions: manifest.versions,
                identity: manifest.identity
            )
        }
    }

    /// What a set held. One that is damaged is no reason to make no backup.
    private func facts(of manifest: SetManifest, in vault: Vault) async throws(ReportableError) -> DataFacts? {
        do throws(ReportableError) {
            return try await FactsObject.read(from: manifest, in: vault, by: try doors.identity())
        } catch  where error.code == .vaultDamaged {
            return nil
        }
    }
}

extension BackupReport.Copy {
    init(_ store: StoreName, _ manifest: SetManifest) {
        self.init(
            store: store,
            set: manifest.set.description,
            size: manifest.size
        )
    }
}
