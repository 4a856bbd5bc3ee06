import Basics
import Interfaces
import Ledger
import Planning
import StackModel

/// Every change to a stack: deploy, rollback, scale, restart, stop, down, restore, rebuild. One way for all of them:
/// propose (observe, plan; nothing is touched) -> a person reviews -> carry out (lock, plan again, record, run).
package struct Deployer: Sendable {
    let dependencies: Dependencies
    let progress: @Sendable (ProgressEvent) -> Void

    package init(_ dependencies: Dependencies, progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }) {
        self.dependencies = dependencies
        self.progress = progress
    }

    /// What the change would do to the stack as it is now. Takes no lock and writes nothing to the ledger.
    ///
    /// - Parameter preparing: the data that the change is to swap in counts as prepared, because it will be.
    package func propose(_ change: Change, to stack: StackID, preparing: Bool = false)
        async throws(ReportableError) -> Proposal
    {
        let current = try await dependencies.ledger.currentRelease(of: stack)
        let unfinished = try await dependencies.ledger.activeOperation(of: stack)
        let basis = try await Basis.find(for: change, of: stack, current: current, in: dependencies)
        let engine = try dependencies.engine(basis.engine)
        let (target, warnings) = try await target(of: change, basis, current: current, engine: engine)
        var observed = try await engine.observe(stack, .probed)
        if preparing {
            for (service, wanted) in change.data { observed.prepared[service, default: []].insert(wanted.restoration) }
        }
        let request = try await request(change, target: target)
        let plan = try Planner.plan(request, observed: observed)
        if change.startsReplicas {
            try Preflight.checkSources(of: plan, from: change.declared)
        }
        return Proposal(
            change: change,
            stack: stack,
            plan: plan,
            target: target,
            previous: current,
            warnings: warnings,
            unfinished: unfinished
        )
    }

    /// Does what was proposed. The world is observed again under the lock: when the plan would be another one now,
    /// nothing happens and `planStale` says so, unless `acceptingChanges` (the person said yes to whatever is needed).
    package func carryOut(
        _ proposal: Proposal,
        acceptingChanges: Bool,
        retryCrashed: Bool = false,
        preparing preparation: Preparation? = nil
    ) async throws(ReportableError) -> ChangeReport {
        let began = dependencies.now()
        return try await holding(proposal.stack, for: proposal.change, since: began) { () throws(ReportableError) in
            try await preparation?.prepare { progress(.note($0)) }
            do throws(ReportableError) {
                let report = try await carryOutLocked(
                    proposal,
                    began: began,
                    acceptingChanges: acceptingChanges,
                    retryCrashed: retryCrashed
                )
                // A backup that ended meanwhile may have found nobody to tell.
                if proposal.change.startsReplicas { await wake(proposal.stack) }
                if case .succeeded = report.outcome { return report }
                await preparation?.discard()
                return report
            } catch {
                await preparation?.discard()
                throw error
            }
        }
    }

    /// Says at once when somebody else is changing the stack, so that nobody is shown a plan made of a moving world.
    /// Only a courtesy: `carryOut` is what decides. Throws `stackBusy` with who it is and what they are doing.
    package func checkFree(_ stack: StackID) async throws(ReportableError) {
        do {
            try StackLock.check(try dependencies.lockFile(stack))
        } catch {
            throw await BusyStack(dependencies: dependencies, stack: stack).explained(error)
        }
    }

    /// Runs `body` with the stack's lock, or throws `stackBusy` at once.
    private func holding<Value>(
        _ stack: StackID,
        for change: Change,
        since began: Instant,
        _ body: () async throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        let holder = StackLock.Holder(
            actor: dependencies.actor,
            owner: dependencies.owner,
            since: began,
            purpose: change.reason
        )
        var isHeld = false
        do {
            return try await StackLock.holding(try dependencies.lockFile(stack), as: holder) {
                () throws(ReportableError) in
                isHeld = true
                return try await body()
            }
        } catch {
            guard !isHeld else { throw error }
            throw await BusyStack(dependencies: dependencies, stack: stack).explained(error)
        }
    }

    private func carryOutLocked(_ proposal: Proposal, began: Instant, acceptingChanges: Bool, retryCrashed: Bool)
        async throws(ReportableError) -> ChangeReport
    {
        // Where the last operation died between its end and this.
        if let current = try await dependencies.ledger.currentRelease(of: proposal.stack) {
            try await draft(current.stack.engine).adoptGivenSecrets(of: current)
        }
        let fresh = try await propose(proposal.change, to: proposal.stack)
        guard acceptingChanges || fresh.plan.digest == proposal.plan.digest else {
            throw Self.stale(fresh)
        }
        if let crashed = try await Recovery(dependencies: dependencies).closeUnfinished(of: proposal.stack) {
            progress(.recovered(crashed))
        }
        await wake(proposal.stack)
        if let declared = proposal.change.declared {
            try await draft(proposal.target.stack.engine).ensureSecrets(declared)
        }
        let report = try await run(fresh, began: began, retryCrashed: retryCrashed)
        if case .succeeded = report.outcome, fresh.plan.purpose.activatesRelease {
            try await draft(report.release.stack.engine).adoptSecrets(of: report.release)
        }
        return report
    }

    /// What a backup that died has left at rest.
    private func wake(_ stack: StackID) async {
        for line in await Awakening(dependencies: dependencies).settle(stack) { progress(.note(line)) }
    }

    private func run(_ proposal: Proposal, began: Instant, retryCrashed: Bool)
        async throws(ReportableError) -> ChangeReport
    {
        let target = try await recorded(proposal)
        func report(_ outcome: ChangeReport.Outcome, _ release: Release) -> ChangeReport {
            ChangeReport(outcome: outcome, release: release, elapsed: began.elapsed(until: dependencies.now()))
        }
        if proposal.changesNothing { return report(.nothingToDo, target) }
        let runner = OperationRunner(
            dependencies: dependencies,
            engine: try dependencies.engine(target.stack.engine),
            progress: progress,
            retryCrashed: retryCrashed
        )
        do {
            try await runner.run(
                proposal.plan,
                to: target,
                declared: proposal.change.declared,
                reason: proposal.change.reason
            )
            return report(.succeeded, target)
        } catch {
            let back = try await WayBack(proposal: proposal, target: target, runner: runner).go(after: error)
            return report(.revertedAfter(error.error), back ?? target)
        }
    }

    private func recorded(_ proposal: Proposal) async throws(ReportableError) -> Release {
        if try await dependencies.ledger.release(proposal.target.number, of: proposal.stack) != nil {
            return proposal.target
        }
        let release = try await dependencies.ledger.record(
            proposal.target.contents,
            by: dependencies.actor,
            reason: proposal.change.reason,
            at: dependencies.now()
        )
        guard release.number == proposal.target.number else { throw Self.stale(proposal) }
        return release
    }

    private static func stale(_ fresh: Proposal) -> ReportableError {
        ReportableError(
            .planStale,
            "the stack is no longer what the plan was made for; nothing was done",
            hint: "Review the new plan below and run the command again.",
            details: PlanText.render(fresh.plan, target: fresh.target, previous: fresh.previous).split(
                separator: "\n",
                omittingEmptySubsequences: false
            ).map(String.init)
        )
    }
}

// MARK: - From a change to a plan

extension Deployer {
    private func draft(_ kind: EngineKind) throws(ReportableError) -> ReleaseDraft {
        ReleaseDraft(dependencies: dependencies, engine: try dependencies.engine(kind))
    }

    private func request(_ change: Change, target: Release) async throws(ReportableError) -> PlanRequest {
        let (ledger, stack) = (dependencies.ledger, target.stack.id)
        var request = PlanRequest(purpose: change.purpose, target: target)
        switch change {
        case .restart(let services), .stop(let services): request.services = services.isEmpty ? nil : services
        case .restore(let data):
            request.services = Set(data.keys)
            request.data = data
        case .rebuild(_, let data): request.data = data
        case .down(let destroyData):
            let last = try await ledger.operations(of: stack, limit: 1).first
            request.destroyData = destroyData
            request.isDown = last?.plan.purpose == .down && last?.state == .succeeded
        case .deploy, .rollback, .scale: break
        }
        // What only goes away is counted on by nobody.
        if change.startsReplicas { request.unproven = try await UnprovenReplicas(ledger: ledger).of(stack) }
        return request
    }

    private func target(of change: Change, _ basis: Basis, current: Release?, engine: any Engine)
        async throws(ReportableError) -> (Release, warnings: [String])
    {
        let draft = ReleaseDraft(dependencies: dependencies, engine: engine)
        let preflight = Preflight(engine: engine)
        switch (change, basis) {
        case (.deploy(let declared), _), (.rebuild(let declared, _), _):
            let (contents, warnings) = try await draft.reduced(draft.preview(declared), by: preflight)
            let doubts = try await doubts(about: contents, current, given: declared.given)
            return (try await prospective(contents, change, current: current), warnings + doubts)
        case (.scale(let counts), .release(let release)):
            let (contents, warnings) = try await draft.reduced(draft.rescaled(release, to: counts), by: preflight)
            let doubts = try await doubts(about: contents, current)
            return (try await prospective(contents, change, current: current), warnings + doubts)
        case (.rollback, .release(let release)):
            let goal = RollbackGoal(ledger: dependencies.ledger, stack: release.stack.id, current: current)
            let doubts = try await goal.doubts(about: release)
            let (target, warnings) = try await preflight.check(release)
            return (target, doubts + warnings + (try await self.doubts(about: target.contents, current)))
        case (.restore(let data), .release(let release)):
            return try await preflight.check(release, only: Set(data.keys))
        case (.restart(let services), .release(let release)):
            let (target, warnings) = try await preflight.check(release, only: services.isEmpty ? nil : services)
            return (target, warnings + (try await doubts(about: target.contents, current)))
        case (_, .release(let release)):
            return (release, [])
        case (_, .declared):
            throw ReportableError(.broken, "\(change.reason) has no release to start from")
        }
    }

    /// What clients will think of the certificates in it.
    private func doubts(
        about contents: Release.Contents,
        _ current: Release?,
        given: [SecretName: Redacted<String>] = [:]
    ) async throws(ReportableError) -> [String] {
        try await CertificateCheck(dependencies: dependencies, current: current, given: given).check(contents)
    }

    /// The release these contents are, or would become: the current one or the newest when nothing differs.
    private func prospective(_ contents: Release.Contents, _ change: Change, current: Release?)
        async throws(ReportableError) -> Release
    {
        let digest = contents.digest
        if let current, current.digest == digest { return current }
        let newest = try await dependencies.ledger.releases(of: contents.stack.id, limit: 1).first
        if let newest, newest.digest == digest { return newest }
        return Release(
            number: (newest?.number ?? 0) + 1,
            contents: contents,
            createdAt: dependencies.now(),
            createdBy: dependencies.actor,
            reason: change.reason
        )
    }
}
