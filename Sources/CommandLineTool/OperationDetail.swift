import Basics
import Ledger
import StackModel

/// One operation, step by step, as `history --operation` shows it.
struct OperationDetail: Encodable {
    let operation: OperationOutline
    /// The process that ran it has died without an end.
    let ownerIsGone: Bool
    let steps: [StepRecord]

    func text(style: TextStyle) -> String {
        var table = TextTable("STEP", "WHAT", "BEGAN", "TOOK", "ENDED")
        for record in steps {
            table.add(
                "\(record.step.number)",
                record.step.action.summary,
                record.beganAt.map(TimeText.stamp) ?? "-",
                took(record),
                ending(of: record)
            )
        }
        let title =
            "operation \(operation.id): \(operation.reason) by \(operation.actor), release \(operation.release), "
            + OperationText.outcome(of: operation, ownerIsGone: ownerIsGone)
        let evidence = (operation.failure?.details ?? []).map { "  \(style.dim("|")) \($0)" }
        return ([style.bold(title)] + evidence + ["", table.render(style: style)]).joined(separator: "\n")
    }

    private func took(_ record: StepRecord) -> String {
        guard let began = record.beganAt, let ended = record.endedAt else { return "-" }
        return began.elapsed(until: ended).spoken
    }

    private func ending(of record: StepRecord) -> String {
        switch record.state {
        case .pending: "not begun"
        // Of an operation that is over, nobody knows.
        case .begun: operation.state.isActive && !ownerIsGone ? "running" : "unknown"
        case .succeeded: "done"
        case .failed: "failed: \(record.failure?.message ?? "cause unknown")"
        }
    }
}
