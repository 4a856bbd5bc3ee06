import StackModel
import Synchronization

/// When the controller has last looked at every stack, and what came of it that is in no ledger.
package final class Pulse: Sendable {
    private let last = Mutex<Instant?>(nil)
    private let prunings = Mutex<[PolicyJob: Bool]>([:])

    func beat(_ now: Instant) { last.withLock { $0 = now } }

    func pruned(_ job: PolicyJob, failed: Bool) { prunings.withLock { $0[job] = failed } }

    /// Whether the last pruning of a policy has failed; nil while there was none.
    func hasFailedToPrune(_ job: PolicyJob) -> Bool? { prunings.withLock { $0[job] } }

    var lastPass: Instant? { last.withLock { $0 } }
}
