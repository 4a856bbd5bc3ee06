import Basics
import StackModel

/// What can happen to an operation once its plan is recorded.
package enum OperationEvent: Hashable, Sendable {
    /// A new owner goes on in place of one that died.
    case takenOver
    case ended(as: Operation.State)
}

extension Operation.State {
    /// The state after something happened to the operation. It ends once, in a state that is not active.
    /// Throws `broken` for anything else.
    package func next(after event: OperationEvent) throws(ReportableError) -> Operation.State {
        switch (self, event) {
        case (.running, .takenOver): return self
        case (.running, .ended(let state)) where !state.isActive: return state
        default: throw ReportableError(.broken, "an operation that is \(self) cannot be \(event.word)")
        }
    }
}

extension OperationEvent {
    fileprivate var word: String {
        switch self {
        case .takenOver: "taken over"
        case .ended(let state): "ended as \(state)"
        }
    }
}
