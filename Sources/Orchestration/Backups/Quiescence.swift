import Basics
import Interfaces
import StackModel

/// Brings a service to rest for as long as its files are read, as its policy says. A service without a running replica is
/// at rest.
struct Quiescence: Sendable {
    let quiesce: Quiesce?
    let service: ServiceName
    let stack: StackID
    let engine: any Engine

    /// Whatever happens, the service is told to go on. Throws `engineFailed` when a program ends with another status than
    /// 0, and what `work` throws.
    func hold<Value: Sendable>(
        _ work: @Sendable () async throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        guard let quiesce, let replica = try await replica else { return try await work() }
        let value: Value
        do throws(ReportableError) {
            try await run(quiesce.before, in: replica)
            value = try await work()
        } catch {
            // Also in a cancelled task.
            await Task.detached { try? await run(quiesce.after, in: replica) }.value
            throw error
        }
        let end = await Task.detached { () -> ReportableError? in
            do throws(ReportableError) {
                try await run(quiesce.after, in: replica)
                return nil
            } catch {
                return error
            }
        }.value
        if let end { throw end }
        return value
    }

    private var replica: ReplicaID? {
        get async throws(ReportableError) {
            let replicas = try await engine.observe(stack, .glance).replicas(of: service)
            return replicas.filter { $0.state == .running }.map(\.id).min()
        }
    }

    private func run(_ command: [String]?, in replica: ReplicaID) async throws(ReportableError) {
        guard let command, let program = command.first else { return }
        let status = try await engine.execute(command, in: replica, of: stack)
        guard status != 0 else { return }
        throw ReportableError(
            .engineFailed,
            "\(program.abridged), which `quiesce` names, ended with status \(status) beside \(replica)",
            hint: "Try it with `slipway exec --replica \(replica) -- \(command.joined(separator: " ").abridged)`."
        )
    }
}
