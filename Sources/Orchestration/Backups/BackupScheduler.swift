import Basics
import Ledger
import Planning
import StackModel

/// Looks at the clock for all stacks, and begins the runs that are due.
package struct BackupScheduler: Sendable {
    /// Something that is to be done again and again, and when.
    package struct Entry: Sendable {
        package let job: PolicyJob
        /// As the spec says it.
        package let expression: String
        package let schedule: Schedule
        /// How much later than due it begins: policies that are due together begin one after the other.
        let delay: TimeSpan
    }

    let dependencies: Dependencies

    /// A run is made up for, however late: what a policy missed is a state that nobody has.
    private static let deadline = TimeSpan.seconds(366 * 86_400)
    /// Shorter than any pause of cron.
    private static let spread = TimeSpan.seconds(20)

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// The stacks that are deployed now.
    package func stacks() async throws(ReportableError) -> [StackID] {
        var deployed: [StackID] = []
        for stack in try await dependencies.ledger.stacks()
        where try await dependencies.ledger.summary(of: stack).currentRelease != nil {
            deployed.append(stack)
        }
        return deployed
    }

    /// What is scheduled for a stack, by the release that runs.
    package func entries(of stack: StackID) async throws(ReportableError) -> [Entry] {
        guard let release = try await dependencies.ledger.currentRelease(of: stack) else { return [] }
        var entries: [Entry] = []
        for policy in release.stack.policies {
            entries.append(try Self.entry(.backup, policy, policy.schedule, of: stack))
            if let prove = policy.prove { entries.append(try Self.entry(.prove, policy, prove, of: stack)) }
        }
        return entries
    }

    /// Begins what is due of one stack. Each due time is run or recorded as skipped, whoever else looks at the same time.
    package func look(at stack: StackID) async throws(ReportableError) -> [BackupRun] {
        var begun: [BackupRun] = []
        for entry in try await entries(of: stack) {
            if let run = try await begin(entry) { begun.append(run) }
        }
        return begun
    }

    private func begin(_ entry: Entry) async throws(ReportableError) -> BackupRun? {
        let now = dependencies.now()
        let time = Instant(milliseconds: now.milliseconds - entry.delay.milliseconds)
        return try await dependencies.ledger.beginDueBackup(
            entry.job,
            schedule: entry.expression,
            actor: dependencies.actor,
            owner: dependencies.owner,
            isAlive: dependencies.isAlive,
            at: now
        ) { settled, isRunning in
            DueRun(of: entry.schedule, settled: settled, now: time, deadline: Self.deadline, isRunning: isRunning)
        }
    }

    private static func entry(_ kind: BackupRun.Kind, _ policy: BackupPolicy, _ text: String, of stack: StackID)
        throws(ReportableError) -> Entry
    {
        let job = PolicyJob(kind, by: policy.name, of: stack)
        do throws(CronExpression.Problem) {
            return Entry(
                job: job,
                expression: CronWord.expression(text),
                schedule: Schedule(try CronExpression(CronWord.expression(text))),
                delay: Jitter.delay(of: "\(stack)/\(policy.name)/\(kind.rawValue)", within: spread)
            )
        } catch {
            throw ReportableError(.broken, "\(policy.name) of \(stack) has the schedule \"\(text)\": \(error.message)")
        }
    }
}
