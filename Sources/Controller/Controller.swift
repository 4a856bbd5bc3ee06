import Basics
import Interfaces
import Ledger
import Orchestration
import StackModel

/// Runs what is scheduled, for all stacks of a home, until its task is cancelled. It may be killed at any moment: what it
/// has to know is in the ledger.
package struct Controller: Sendable {
    let dependencies: Dependencies
    let backups: BackupDoors
    let pulse: Pulse
    /// Where each result is posted; nil for nowhere.
    let webhook: Webhook?
    /// Takes a line for people.
    let log: @Sendable (String) -> Void

    /// Far shorter than a minute, in which all schedules are counted.
    private static let pause = Duration.seconds(5)

    package init(
        _ dependencies: Dependencies,
        _ backups: BackupDoors,
        webhook: Webhook? = nil,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.dependencies = dependencies
        self.backups = backups
        self.pulse = Pulse()
        self.webhook = webhook
        self.log = log
    }

    /// Runs the schedules and, at this address, shows what came of it. Throws `engineFailed` when the address is taken.
    package func run(listener: any HTTPListener, host: String, port: Int) async throws(ReportableError) {
        let figures = Figures(dependencies: dependencies, pulse: pulse)
        let work = Task { await keepGoing() }
        var problem: ReportableError?
        do throws(ReportableError) {
            try await listener.serve(host: host, port: port) { method, target in await figures.answer(method, target) }
        } catch {
            problem = error
        }
        // What is under way is given up properly: its set is abandoned, and its run closed.
        work.cancel()
        await work.value
        if let problem { throw problem }
    }

    private func keepGoing() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                for begun in await pass() {
                    group.addTask { for run in begun { await perform(run) } }
                }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// One look at the clock for every stack. Returns what was begun, stack by stack.
    func pass() async -> [[BackupRun]] {
        let scheduler = BackupScheduler(dependencies)
        var begun: [[BackupRun]] = []
        do throws(ReportableError) {
            for stack in try await scheduler.stacks() {
                do throws(ReportableError) {
                    begun.append(try await scheduler.look(at: stack).begun)
                } catch {
                    note("\(stack) cannot be looked at: \(error.message)")
                }
            }
            pulse.beat(dependencies.now())
        } catch {
            note("the ledger cannot be read: \(error.message)")
        }
        return begun.filter { !$0.isEmpty }
    }

    func perform(_ run: BackupRun) async {
        note("\(run.stack) \(run.policy): \(run.kind.rawValue) begins")
        let result: RunResult
        do throws(ReportableError) {
            switch run.kind {
            case .backup: result = RunResult(run, try await BackupRunner(dependencies, backups).perform(run))
            case .prove:
                let report = try await BackupProver(dependencies, backups).perform(run)
                result = RunResult(run, report, at: dependencies.now())
            }
        } catch {
            result = RunResult(run, error, at: dependencies.now())
        }
        note(result.text)
        await webhook?.post(result, note)
        if result.failure == nil, run.kind == .backup { await prune(run) }
    }

    private func prune(_ run: BackupRun) async {
        do throws(ReportableError) {
            let outcome = try await BackupPruner(dependencies, backups).prune(run.policy, of: run.stack)
            if !outcome.deleted.isEmpty { note("\(run.stack) \(run.policy): \(outcome.deleted.count) sets pruned") }
        } catch {
            note("\(run.stack) \(run.policy): pruning failed: \(error.message)")
        }
    }

    @Sendable private func note(_ text: String) { log(text) }
}
