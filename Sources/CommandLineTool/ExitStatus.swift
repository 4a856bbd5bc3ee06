import Basics

/// The exit codes of `slipway`, all of them. Scripts may rely on the numbers.
package enum ExitStatus: Hashable, Sendable {
    case done
    case failed
    case invalid
    case changesPending
    case busy
    case rolledBack
    case needsDecision
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
                .fileFailed, .storeFailed, .storeConflict, .vaultDamaged, .broken:
                .failed
            }
    }

    /// For the reference.
    package var meaning: String {
        switch self {
        case .done: "Done, or nothing to do."
        case .failed: "Failed. Nothing was taken back; the error says what to do next."
        case .invalid:
            "What a person wrote is wrong, on the command line or in the spec: its form, or a stack, an environment, a "
                + "service, a release, a source folder or a given value that there is not. Nothing was done."
        case .changesPending:
            "`plan --exit-code` found something to do, or `status --exit-code` found drift or an open operation."
        case .busy: "Another operation holds the stack. Nothing was done."
        case .rolledBack: "The change failed and the stack is back where it was."
        case .needsDecision:
            "A person has to decide: the plan is stale, a step is quarantined, the way back failed, an answer is missing."
        case .interrupted: "Interrupted by a signal. The journal knows how far it came; run the command again."
        case .program: "What the program that `exec` ran ended with."
        }
    }

    /// In help and in JSON.
    package var word: String {
        switch self {
        case .done: "done"
        case .failed: "failed"
        case .invalid: "invalid"
        case .changesPending: "changes-pending"
        case .busy: "busy"
        case .rolledBack: "rolled-back"
        case .needsDecision: "needs-decision"
        case .interrupted: "interrupted"
        case .program: "program"
        }
    }
}
