import Basics

/// The exit codes of `slipway`, all of them. Scripts may rely on the numbers.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case done = 0
    case failed = 1
    /// The command line or the spec is wrong.
    case invalid = 2
    /// `plan --exit-code` found something to do.
    case changesPending = 3
    /// Another operation holds the stack.
    case busy = 4
    /// The change failed and the stack is back where it was.
    case rolledBack = 5
    /// A person has to decide: the plan is stale, a step is quarantined, the way back failed, an answer is missing.
    case needsDecision = 6
    /// Interrupted by a signal; the journal knows how far it came.
    case interrupted = 130

    package init(_ code: ErrorCode) {
        self =
            switch code {
            case .usage, .invalidSpec: .invalid
            case .stackBusy: .busy
            case .planStale, .needsDecision: .needsDecision
            case .interrupted: .interrupted
            case .notFound, .programMissing, .portTaken, .replicaFailed, .engineFailed, .ledgerFailed, .secretFailed,
                .fileFailed, .broken:
                .failed
            }
    }
}
