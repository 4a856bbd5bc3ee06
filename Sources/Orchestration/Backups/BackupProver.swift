import Basics
import DataSources
import Interfaces
import Ledger
import StackModel
import Vault

/// Proves backups: restores a set into a scratch server beside the live one, compares what it holds with what was counted
/// when the set was made, and records that as evidence in the vault and in the ledger.
package struct BackupProver: Sendable {
    let dependencies: Dependencies
    let doors: BackupDoors

    package init(_ dependencies: Dependencies, _ doors: BackupDoors) {
        self.dependencies = dependencies
        self.doors = doors
    }

    /// The names of the policies whose sets can be proven, or the one that is asked for. A log is proven with its copies.
    package func policies(of stack: StackID, only name: String?) async throws(ReportableError) -> [String] {
        if let name { return [name] }
        return try await dependencies.currentRelease(of: stack).stack.backups.map(\.name)
    }

    /// - Parameter set: nil for the newest one of the policy.
    /// Throws `stackBusy` while the policy is being proven, `notFound` when there is no set, `vaultDamaged` when the set
    /// does not hold what it says; the ledger has it, too.
    package func prove(_ policy: String, of stack: StackID, set: String? = nil)
        async throws(ReportableError) -> ProofReport
    {
        let run = try await dependencies.beginRun(.prove, by: policy, of: stack)
        return try await perform(run, set: set)
    }

    /// Does what a run that has begun is for, and ends it.
    package func perform(_ run: BackupRun, set: String? = nil) async throws(ReportableError) -> ProofReport {
        do throws(ReportableError) {
            let release = try await dependencies.currentRelease(of: run.stack)
            let policies = BackupPolicies(release: release)
            let policy = try policies.named(run.policy)
            if let base = policies.base(of: policy) {
                throw ReportableError(
                    .usage,
                    "the log \(policy.name) is nothing without a copy of its cluster",
                    hint: "It is proven together with one: `slipway backup prove --policy \(base.name)`."
                )
            }
            var stores = try policies.stores(of: policy)
            if set == nil { stores = try await inTurn(stores, by: policy.name, of: run.stack) }
            let found = try await find(set, of: policy, in: stores, run.stack)
            let report = try await prove(found, of: release, by: policy.name)
            let end = RunEnd(dependencies: dependencies, run: run)
            let evidence = report.evidence.merging([Self.store: report.store.text]) { own, _ in own }
            try await end.succeed(with: report.set, evidence: evidence, at: dependencies.now())
            return report
        } catch {
            await RunEnd(dependencies: dependencies, run: run).fail(with: error)
            throw error
        }
    }

    private struct Found {
        let store: StoreName
        let vault: Vault
        let entry: Catalogue.Entry
    }

    /// How the ledger remembers which store's set was proven.
    private static let store = "store"

    /// Beginning behind the store whose set was proven last: a copy that nobody reads is not a backup either.
    private func inTurn(_ stores: [Store], by policy: String, of stack: StackID)
        async throws(ReportableError) -> [Store]
    {
        let job = PolicyJob(.prove, by: policy, of: stack)
        let last = try await dependencies.ledger.backupRuns(of: job, limit: 200).first { $0.state == .succeeded }
        guard let name = last?.evidence[Self.store], let place = stores.firstIndex(where: { $0.name.text == name })
        else {
            return stores
        }
        return Array(stores[(place + 1)...] + stores[...place])
    }

    /// In the first of these stores that has it.
    private func find(_ name: String?, of policy: BackupPolicy, in stores: [Store], _ stack: StackID)
        async throws(ReportableError) -> Found
    {
        let series = try SetSeries(policy, of: stack)
        let opener = OpenVault(dependencies: dependencies, doors: doors)
        for store in stores {
            guard let vault = try await opener.findAny(store) else { continue }
            let catalogue = try await vault.catalogue(of: series)
            let entries = catalogue.entries
            if name == nil, let broken = catalogue.broken.last, entries.last.map({ $0.set < broken.set }) ?? true {
                throw ReportableError(
                    .vaultDamaged,
                    "the newest set \(broken.set) in \(store.name) is damaged: \(broken.why)",
                    hint: "Make another one with `slipway backup run`; --set proves an older one."
                )
            }
            let entry = name.map { name in entries.last { $0.set.description == name } } ?? entries.last
            if let entry { return Found(store: store.name, vault: vault, entry: entry) }
        }
        throw ReportableError(
            .notFound,
            name.map { "the policy \(policy.name) has no set \($0.abridged)" }
                ?? "the policy \(policy.name) of \(stack) has made no set yet",
            hint: "See them with `slipway backup list \(stack)`."
        )
    }

    private func prove(_ found: Found, of release: Release, by policy: String)
        async throws(ReportableError) -> ProofReport
    {
        let began = dependencies.now()
        let manifest = found.entry.manifest
        let content = SetContent(of: manifest, in: found.vault, by: try doors.identity())
        var evidence: [String: String]
        let replay = try await ChosenReplay.newest(of: found.entry, in: found.vault)
        do throws(ReportableError) {
            evidence = try await probe(content, replay, of: release, by: policy)
            try await content.readRest()
        } catch {
            if error.code == .vaultDamaged { try await markDamaged(found, replay) }
            throw error.during("the set \(manifest.set) in \(found.store) was not proven")
        }
        let ended = dependencies.now()
        let state = replay?.moment ?? manifest.captured.instant
        let (time, point) = (began.elapsed(until: ended), state.elapsed(until: ended))
        evidence["recoveryTimeMilliseconds"] = "\(time.milliseconds)"
        evidence["recoveryPointMilliseconds"] = "\(point.milliseconds)"
        try await found.vault.mark(manifest.set, .proven, evidence: evidence, at: ended)
        return ProofReport(
            stack: release.stack.id,
            policy: policy,
            store: found.store,
            set: manifest.set.description,
            evidence: evidence,
            recoveryTime: time,
            recoveryPoint: point
        )
    }

    /// The parts of the log whose stored bytes are not what they were; where they all are, it is the copy that is at fault.
    private func markDamaged(_ found: Found, _ replay: ChosenReplay?) async throws(ReportableError) {
        var isLog = false
        for part in replay?.parts ?? [] {
            let verdict = try await found.vault.verifyMarking(part.set, at: dependencies.now())
            isLog = isLog || !verdict.isSound
        }
        guard !isLog else { return }
        // What exactly, is not for everybody who can read the store.
        let set = found.entry.manifest.set
        try await found.vault.markDamaged(set, evidence: ["by": "proof"], at: dependencies.now())
    }

    private func probe(_ content: SetContent, _ replay: ChosenReplay?, of release: Release, by policy: String)
        async throws(ReportableError) -> [String: String]
    {
        guard content.manifest.subject != "config" else {
            return try await SavedConfiguration(reading: content).evidence()
        }
        guard let service = ServiceName(content.manifest.subject), release.stack.service(service) != nil else {
            throw ReportableError(.usage, "\(release.stack.id) has no service \(content.manifest.subject) any more")
        }
        let engine = try dependencies.engine(release.stack.engine)
        let found = try await DataPreparation(
            target: try await engine.dataPlace(of: service, in: release),
            runner: doors.runner
        ).prove(
            facts: try await content.facts(),
            // The ledger lets one proof of a policy run at a time.
            scratch: try doors.scratch("prove.\(release.stack.id).\(policy)"),
            replaying: try replay?.opened(in: content.vault, by: try doors.identity()),
            object: content.object
        )
        var evidence = found.counts.mapValues { "\($0)" }
        if !found.version.isEmpty { evidence["version"] = found.version }
        if let replay { evidence["recoveredTo"] = VaultTime(replay.moment).description }
        return evidence
    }
}
