import Basics
import Interfaces
import Ledger
import StackModel

/// Tells services to go on that a policy has brought to rest, on whichever replica has their volume by then.
package struct Awakening: Sendable {
    let dependencies: Dependencies

    package init(dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// Does what is owed to the services of a stack: by runs whose process is gone, and by those whose `after` failed.
    /// Returns what came of it, in words.
    package func settle(_ stack: StackID) async -> [String] {
        var told: [String] = []
        do throws(ReportableError) {
            for rest in try await dependencies.ledger.rests(of: stack) where try await isOwed(rest) {
                do throws(ReportableError) {
                    guard let replica = try await end(rest) else { continue }
                    told.append("\(replica) was told to go on: \(rest.policy) had brought it to rest, and died")
                } catch {
                    told.append("\(rest.service) may still be at rest for \(rest.policy): \(error.message)")
                }
            }
        } catch {
            told.append("whether a service of \(stack) is still at rest cannot be told: \(error.message)")
        }
        return told
    }

    /// The replica that was told; nil when the service is no more, or when nobody is there to be told yet.
    @discardableResult
    func end(_ rest: Rest) async throws(ReportableError) -> ReplicaID? {
        let release = try await dependencies.ledger.currentRelease(of: rest.stack)
        guard release?.stack.service(rest.service) != nil else {
            try await dependencies.ledger.endRest(rest)
            return nil
        }
        guard let replica = try await successor(for: rest) else { return nil }
        // As the spec says it by now: what was wrong with it may be mended since.
        let policy = release?.stack.backups.first { $0.name == rest.policy && $0.subject == .service(rest.service) }
        try await run(policy?.quiesce?.after ?? rest.after, beside: replica, of: rest.stack, within: rest.timeout)
        try await dependencies.ledger.endRest(rest)
        return replica
    }

    /// The first replica that runs.
    func replica(of service: ServiceName, in stack: StackID) async throws(ReportableError) -> ReplicaID? {
        let release = try await dependencies.currentRelease(of: stack)
        let replicas = try await dependencies.engine(release.stack.engine).observe(stack, .glance).replicas(of: service)
        return replicas.filter { $0.state == .running }.map(\.id).min()
    }

    func run(_ command: [String], beside replica: ReplicaID, of stack: StackID, within time: TimeSpan)
        async throws(ReportableError)
    {
        guard let program = command.first else { return }
        let hint =
            "Try it with `slipway exec --replica \(replica) -- \(command.joined(separator: " ").abridged)`."
        let release = try await dependencies.currentRelease(of: stack)
        let result: CommandResult
        do throws(ReportableError) {
            result = try await dependencies.engine(release.stack.engine)
                .run(command, beside: replica, of: stack, within: time)
        } catch {
            throw ReportableError(error.code, error.message, hint: error.hint ?? hint, details: error.details)
        }
        guard result.status != 0 else { return }
        throw ReportableError(
            .engineFailed,
            "\(program.abridged), which `quiesce` names, ended with status \(result.status) beside \(replica)",
            hint: hint,
            details: result.output.split(separator: "\n").suffix(10).map(String.init)
        )
    }

    /// While a change is under way, a replica may be on its way.
    private func successor(for rest: Rest) async throws(ReportableError) -> ReplicaID? {
        let deadline = ContinuousClock.now.advanced(by: rest.timeout.duration)
        while true {
            if let replica = try await replica(of: rest.service, in: rest.stack) { return replica }
            guard try await dependencies.ledger.activeOperation(of: rest.stack) != nil,
                ContinuousClock.now < deadline, (try? await Task.sleep(for: .milliseconds(200))) != nil
            else { return nil }
        }
    }

    private func isOwed(_ rest: Rest) async throws(ReportableError) -> Bool {
        let job = PolicyJob(.backup, by: rest.policy, of: rest.stack)
        let last = try await dependencies.ledger.backupRuns(of: job, limit: 1).first
        return last?.state != .running || !(last.map { dependencies.isAlive($0.owner) } ?? false)
    }
}
