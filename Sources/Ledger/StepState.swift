import Basics

/// How a step ended.
package enum StepOutcome: Hashable, Codable, Sendable {
    case succeeded
    case failed(ReportableError)
}

/// Where a step of an operation stands in the journal.
package enum StepState: String, Hashable, Sendable, Codable, CaseIterable {
    /// Recorded with its plan, no effect yet.
    case pending
    /// Its intent is recorded: from here until its outcome the effect is in doubt.
    case begun
    case succeeded, failed

    /// The state after something happened to the step. A step is begun once and ends once.
    /// Throws `broken` for anything else: an outcome without an intent, an intent twice, an outcome twice.
    package func next(after event: StepEvent) throws(ReportableError) -> StepState {
        switch (self, event) {
        case (.pending, .begun): .begun
        case (.begun, .ended(.succeeded)): .succeeded
        case (.begun, .ended(.failed)): .failed
        default: throw ReportableError(.broken, "a step that is \(self) cannot be \(event.word)")
        }
    }
}

/// What can happen to a step.
package enum StepEvent: Hashable, Sendable {
    case begun
    case ended(StepOutcome)

    fileprivate var word: String {
        switch self {
        case .begun: "begun"
        case .ended(.succeeded): "ended as succeeded"
        case .ended(.failed): "ended as failed"
        }
    }
}
