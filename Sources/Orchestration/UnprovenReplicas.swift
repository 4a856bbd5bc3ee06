import Basics
import Ledger
import StackModel

/// The replicas that were started and never confirmed, because what started them was cut short. They may look ready,
/// and still be a release that dies after a few seconds: what comes next has to prove them before it counts on them.
struct UnprovenReplicas {
    let ledger: Ledger

    /// How many operations in a row without a good end are looked at.
    private static let reach = 50

    func of(_ stack: StackID) async throws(ReportableError) -> Set<ReplicaID> {
        // Mostly the last one came to a good end, and nothing more has to be read.
        guard let last = try await ledger.operations(of: stack, limit: 1).first, !proves(last) else { return [] }
        var settled: Set<ReplicaID> = []
        var unproven: Set<ReplicaID> = []
        for operation in try await ledger.operations(of: stack, limit: Self.reach) {
            if proves(operation) { break }
            let steps = try await ledger.steps(of: operation.id)
            settled.formUnion(steps.flatMap(confirmed))
            unproven.formUnion(Set(steps.compactMap(started)).subtracting(settled))
        }
        return unproven
    }

    /// Its success was the proof of everything in the stack.
    private func proves(_ operation: Operation) -> Bool {
        operation.state == .succeeded && operation.plan.purpose.activatesRelease
    }

    private func confirmed(in record: StepRecord) -> [ReplicaID] {
        guard record.state == .succeeded, case .confirm(let replicas, _) = record.step.action else { return [] }
        return replicas
    }

    private func started(in record: StepRecord) -> ReplicaID? {
        guard record.state != .pending, case .startReplica(let replica, _) = record.step.action else { return nil }
        return replica
    }
}
