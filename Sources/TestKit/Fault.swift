import Basics
import StackModel

/// Something that goes wrong in a `FakeEngine`.
package enum Fault: Sendable {
    /// Where in an action the process of slipway dies.
    package enum Moment: Sendable, CaseIterable {
        /// Nothing was done.
        case before
        /// Half was done: a drain has begun; what has no half was not done.
        case during
        /// All was done and nobody was told.
        case after
    }

    /// Actions that match fail, so many times; the world is left as it was.
    case fails(@Sendable (Action) -> Bool, ReportableError, times: Int)
    /// The process of slipway dies in the action with this number, counting from one since the engine was made or
    /// revived. From then on every call throws `FakeEngine.crash` until `revive()`.
    case crashes(inAction: Int, Moment)
    /// Replicas that match never answer their probe.
    case neverReady(@Sendable (ObservedReplica) -> Bool)
    /// Replicas that match die by themselves so many actions after they were started. Zero: as soon as they are.
    case dies(@Sendable (ObservedReplica) -> Bool, afterActions: Int, trouble: String)
    /// A program that is run beside a replica, by its words, ends with this status.
    case programEnds(String, status: Int32)
    /// So many observations fail.
    case cannotObserve(ReportableError, times: Int)
}
