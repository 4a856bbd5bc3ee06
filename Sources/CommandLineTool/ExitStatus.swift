import Basics

/// The exit codes of `slipway`, all of them. Scripts may rely on the numbers.
package enum ExitStatus: Hashable, Sendable {
    case done
    case failed
    /// The command line or the spec is wrong.
    case invalid
    /// `plan --exit-code` found something to do.
    case changesPending
    /// Another operation holds the stack.
    case busy
    /// The change failed and the stack is back where it was.
    case rolledBack
    /// A person has to decide: the plan is stale, a step is quarantined, the way back failed, an answer is missing.
    case needsDecision
    /// Interrupted by a signal; the journal knows how far it came.
    case interrupted
    /// What the program of `slipway exec` ended with, whatever that is.
    case program(Int32)

    /// The statuses that `slipway` itself ends with.
    package static let own: [ExitStatus] = [
        .done, .failed, .invalid, .changesPending, .busy, .rolledBack, .needsDecision, .interrupted,
    ]

    /// The number, which others rely on.
    package var rawValue: Int32 {
        switch self {
        case .done: 0
        case .failed: 1
        case .invalid: 2
        case .changesPending: 3
        case .busy: 4
        case .rolledBack: 5
        case .needsDecision: 6
        case .interrupted: 130
        case .program(let status): status
        }
    }

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
