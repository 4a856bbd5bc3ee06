import Basics
import StackModel

/// How an operation ended, in words.
enum OperationText {
    static func outcome(of operation: OperationOutline, ownerIsGone: Bool = false) -> String {
        switch operation.state {
        case .running: ownerIsGone ? "its process died; the next command goes on" : "running"
        case .succeeded: "done in \(duration(of: operation))"
        case .failed: "failed after \(duration(of: operation)): \(operation.failure?.message ?? "cause unknown")"
        case .interrupted: "interrupted after \(duration(of: operation))"
        case .crashed: "cut short: its process died"
        }
    }

    /// The same for a column of a table.
    static func short(of operation: OperationOutline, ownerIsGone: Bool = false) -> String {
        LineWidth.cut(LineWidth.flat(outcome(of: operation, ownerIsGone: ownerIsGone)), to: 60)
    }

    static func duration(of operation: OperationOutline) -> String {
        operation.endedAt.map { operation.startedAt.elapsed(until: $0).spoken } ?? "-"
    }
}
