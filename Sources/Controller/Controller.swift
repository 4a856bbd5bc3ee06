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
    /// One who does not wake is tried again.
    private static let wakingPause = Duration.seconds(60)

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

    /// Runs the schedules and, at this address, shows what came of it. Throws `engineFailed` when the address is taken, before
    /// anything is begun.
    package func run(listener: any HTTPListener, host: String, port: Int) async throws(ReportableError) {
        let first = try await listener.listen(host: host, port: port)
        let work = Task { await keepGoing() }
        await show(first, again: { () throws(ReportableError) in try await listener.listen(host: host, port: port) })
        // What is under way is given up properly: its set is abandoned, and its run closed.
        work.cancel()
        await work.value
    }

    /// That nobody can be heard any more is no reason to make no backups.
    private func show(_ first: any HTTPEar, again: () async throws(ReportableError) -> any HTTPEar) async {
        let figures = Figures(dependencies: dependencies, pulse: pulse)
        var ear: (any HTTPEar)? = first
        while !Task.isCancelled {
            do throws(ReportableError) {
                let current: any HTTPEar
                if let ear { current = ear } else { current = try await again() }
                ear = nil
                try await current.serve { method, target in await figures.answer(method, target) }
            } catch {
                note(error.message)
            }
            if !Task.isCancelled { try? await Task.sleep(for: Self.pause) }
        }
    }

    private func keepGoing() async {
        await backups.sweepScratch()
        await withDiscardingTaskGroup { group in
            group.addTask { await keepAwake() }
            while !Task.isCancelled {
                for run in await pass() { group.addTask { await perform(run) } }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// Nothing stays at rest for long that a killed backup has left so.
    private func keepAwake() async {
        while !Task.isCancelled {
            for stack in (try? await BackupScheduler(dependencies).stacks()) ?? [] {
                for line in await Awakening(dependencies: dependencies).settle(stack) { note("\(stack): \(line)") }
            }
            try? await Task.sleep(for: Self.wakingPause)
        }
    }

    /// One look at the clock for every stack. Returns what was begun.
    func pass() async -> [BackupRun] {
        let scheduler = BackupScheduler(dependencies)
        var begun: [BackupRun] = []
        var isWhole = true
        do throws(ReportableError) {
            for stack in try await scheduler.stacks() {
                do throws(ReportableError) {
                    begun += try await scheduler.look(at: stack)
                } catch {
                    isWhole = false
                    note("\(stack) cannot be looked at: \(error.message)")
                }
            }
            if isWhole { pulse.beat(dependencies.now()) }
        } catch {
            note("the ledger cannot be read: \(error.message)")
        }
        return begun
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
        let job = PolicyJob(.backup, by: run.policy, of: run.stack)
        do throws(ReportableError) {
            let outcome = try await BackupPruner(dependencies, backups).prune(run.policy, of: run.stack)
            pulse.pruned(job, failed: false)
            if !outcome.deleted.isEmpty { note("\(run.stack) \(run.policy): \(outcome.deleted.count) sets pruned") }
        } catch {
            pulse.pruned(job, failed: true)
            note("\(run.stack) \(run.policy): pruning failed: \(error.message)")
        }
    }

    @Sendable private func note(_ text: String) { log(text) }
}
