import Basics
import StackModel

/// How a plan ended before its end, with what decides on the way back.
struct PlanFailure: Error {
    let error: ReportableError
    /// The step that failed first; nil when the run ended between steps: interrupted, or the plan was never begun.
    let step: Step?
    /// The new release serves and is confirmed, so that going back would be the greater change.
    let isBehindPivot: Bool
    /// Some other step may have changed what runs.
    let hasEffects: Bool

    init(_ error: ReportableError, at step: Step? = nil, behindPivot: Bool = false, hasEffects: Bool = false) {
        self.error = error
        self.step = step
        self.isBehindPivot = behindPivot
        self.hasEffects = hasEffects
    }

    /// The same failure when not even its record could be written.
    func unrecorded(because obstacle: ReportableError) -> PlanFailure { PlanFailure(obstacle.following(error)) }

    /// Something may have been done that is to be undone, and this process has the right to do so. An interruption is
    /// the person's wish; without the ledger nothing may be begun; a stack that is busy is in the hands of another;
    /// and a plan that turned out to be stale before anything was touched is to be made anew.
    var asksForWayBack: Bool {
        guard step != nil, !isBehindPivot else { return false }
        switch error.code {
        case .interrupted, .ledgerFailed, .stackBusy: return false
        case .planStale: return hasEffects
        default: return true
        }
    }

    /// The services the failed step was about.
    var services: Set<ServiceName> {
        switch step?.action {
        case .confirm(let replicas, _): Set(replicas.map(\.service))
        case let action: Set([action?.service].compactMap(\.self))
        }
    }
}
