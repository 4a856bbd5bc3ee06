import Basics
import Interfaces
import Ledger
import StackModel
import Vault

/// Brings a stack back on a machine that has nothing, from a vault and the identity that opens it. In this order: look and
/// show (`survey`); take over identity, secrets, spec and sources (`begin`); carry out the change, which loads the data
/// before any service starts; make the first backups and report (`finish`).
///
/// Cut short anywhere, the same command goes on: it finds what is whole and makes the rest.
package struct Rebuilder: Sendable {
    let dependencies: Dependencies
    let doors: BackupDoors

    package init(_ dependencies: Dependencies, _ doors: BackupDoors) {
        self.dependencies = dependencies
        self.doors = doors
    }

    /// Reads the vault and looks at this machine; changes nothing that lives.
    ///
    /// - Parameter consent: before it no other store is asked for anything.
    package func survey(_ wish: RebuildWish, consent: @escaping NamedStores.Consent)
        async throws(ReportableError) -> RebuildSurvey
    {
        try await RebuildSurveyor(dependencies: dependencies, doors: doors, wish: wish, consent: consent).survey()
    }

    /// A rebuild under way: `change` and `preparation` are for `Deployer`.
    package struct Start: Sendable {
        package let change: Change
        package let preparation: Preparation
        let survey: RebuildSurvey
        let folder: String
        let diary: RebuildDiary
        let began: Instant
    }

    /// Throws `stackBusy` while somebody changes the stack, `needsDecision` where another identity or other secrets are here.
    package func begin(_ survey: RebuildSurvey, _ wish: RebuildWish) async throws(ReportableError) -> Start {
        let began = dependencies.now()
        let engine = try dependencies.engine(survey.release.stack.engine)
        let folder = try doors.stackFolder(survey.stack)
        let holder = StackLock.Holder(
            actor: dependencies.actor,
            owner: dependencies.owner,
            since: began,
            purpose: "rebuild from \(wish.vault)"
        )
        let diary = RebuildDiary()
        let declared = try await StackLock.holding(try dependencies.lockFile(survey.stack), as: holder) {
            () async throws(ReportableError) -> DeclaredStack in
            try doors.keepIdentity(survey.identity)
            try await dependencies.secrets.restore(survey.saved.secrets, of: survey.stack, at: dependencies.now())
            return try await RebuiltFolder(path: folder, engine: engine, diary: diary)
                .lay(survey.saved, given: wish.sources, isServing: survey.isServing)
        }
        diary.note("look at the vault and at this machine", survey.elapsed)
        diary.note("identity, secrets, spec and sources", began.elapsed(until: dependencies.now()))
        diary.note(configuration(of: survey))
        let loading = RebuildLoading(
            dependencies: dependencies,
            doors: doors.opening(with: survey.identity),
            survey: survey,
            diary: diary
        )
        for part in survey.earlier { try await loading.noteEarlier(part) }
        let data = survey.parts.map { ($0.service, WantedData.restored($0.name)) }
        return Start(
            change: .rebuild(declared, Dictionary(data) { first, _ in first }),
            preparation: loading.preparation,
            survey: survey,
            folder: folder,
            diary: diary,
            began: began
        )
    }

    /// Once everything is served: the vault goes on with the next sets of the same series.
    ///
    /// - Parameter told: gets a line for each policy.
    package func finish(_ start: Start, told: (String) -> Void) async throws(ReportableError) -> RebuildReport {
        let (survey, diary) = (start.survey, start.diary)
        func span(until end: Instant) -> TimeSpan {
            TimeSpan(milliseconds: survey.elapsed.milliseconds + start.began.elapsed(until: end).milliseconds)
        }
        let recovery = span(until: dependencies.now())
        let known = diary.steps.map(\.elapsed.milliseconds).reduce(0, +)
        diary.note("start and prove the services", TimeSpan(milliseconds: max(0, recovery.milliseconds - known)))
        let release = try await dependencies.currentRelease(of: survey.stack)
        let (backups, failures) = try await backUp(release, diary, told)
        return RebuildReport(
            stack: survey.stack,
            vault: survey.vault.description,
            release: release.number,
            parts: diary.parts,
            steps: diary.steps,
            recoveryTime: recovery,
            total: span(until: dependencies.now()),
            backups: backups,
            gaps: survey.gaps + diary.gaps,
            failures: failures,
            folder: start.folder
        )
    }

    /// By each policy that has made none since the rebuild.
    private func backUp(_ release: Release, _ diary: RebuildDiary, _ told: (String) -> Void)
        async throws(ReportableError) -> ([BackupReport], [ReportableError])
    {
        let runner = BackupRunner(dependencies, doors)
        let stack = release.stack.id
        let rebuild = try await dependencies.ledger.operations(of: stack, limit: 1).first
        let done = try await dependencies.ledger.backupRuns(of: stack, limit: 1000).filter {
            $0.kind == .backup && $0.state == .succeeded && $0.startedAt >= rebuild?.startedAt ?? $0.startedAt
        }.map(\.policy)
        var (reports, failures): ([BackupReport], [ReportableError]) = ([], [])
        for policy in release.stack.backups where !done.contains(policy.name) {
            let words = "first backup by \(policy.name)"
            told(words)
            do throws(ReportableError) {
                guard let report = try await run(policy.name, of: stack, runner) else { continue }
                reports.append(report)
                diary.note(words, report.elapsed)
            } catch {
                guard error.code != .interrupted else { throw error }
                failures.append(error.during(words))
            }
        }
        return (reports, failures)
    }

    /// nil when the controller, which may run here already, has made it meanwhile.
    private func run(_ policy: String, of stack: StackID, _ runner: BackupRunner)
        async throws(ReportableError) -> BackupReport?
    {
        let deadline = ContinuousClock.now.advanced(by: doors.patience.duration)
        while true {
            do throws(ReportableError) {
                return try await runner.run(policy, of: stack)
            } catch {
                guard error.code == .stackBusy, ContinuousClock.now < deadline,
                    (try? await Task.sleep(for: .milliseconds(500))) != nil
                else { throw error }
            }
            let job = PolicyJob(.backup, by: policy, of: stack)
            if try await dependencies.ledger.backupRuns(of: job, limit: 1).first?.state == .succeeded { return nil }
        }
    }

    private func configuration(of survey: RebuildSurvey) -> RebuiltPart {
        let captured = survey.configuration.captured ?? survey.began
        let contents = survey.saved.contents
        return RebuiltPart(
            subject: "config",
            set: survey.configuration.set,
            store: survey.configuration.store,
            captured: captured,
            recoveryPoint: captured.elapsed(until: survey.began),
            content: "\(contents.stack.services.count) services, \(survey.saved.secrets.count) secrets"
        )
    }
}
