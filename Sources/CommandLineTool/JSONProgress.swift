import Basics
import Ledger
import Orchestration
import StackModel

/// One JSON object per line and event.
struct JSONProgress: ProgressRenderer {
    private struct Line: Encodable {
        var event: String
        var operation: Int?
        var purpose: String?
        var step: Int?
        var action: String?
        var cause: String?
        var message: String?
        var milliseconds: Int?
        var plan: Plan?
    }

    func text(for event: ProgressEvent) -> String { CanonicalJSON.text(line(for: event)) + "\n" }

    private func line(for event: ProgressEvent) -> Line {
        switch event {
        case .recovered(let operation): Line(event: "recovered", operation: operation.id, message: operation.reason)
        case .began(let plan, let operation):
            Line(event: "began", operation: operation, purpose: plan.purpose.rawValue, plan: plan)
        case .stepBegan(let step):
            Line(event: "step-began", step: step.number, action: step.action.summary, cause: step.cause)
        case .stepNote(let step, let note): Line(event: "step-note", step: step.number, message: note)
        case .stepEnded(let step, let outcome, let elapsed): ended(step, outcome, elapsed)
        case .reverting(let failure): Line(event: "reverting", message: failure.message)
        case .ended(let purpose, let elapsed):
            Line(event: "ended", purpose: purpose.rawValue, milliseconds: elapsed.milliseconds)
        }
    }

    private func ended(_ step: Step, _ outcome: StepOutcome, _ elapsed: TimeSpan) -> Line {
        var line = Line(
            event: "step-succeeded",
            step: step.number,
            action: step.action.summary,
            milliseconds: elapsed.milliseconds
        )
        switch outcome {
        case .succeeded: break
        case .failed(let error):
            line.event = "step-failed"
            line.message = error.message
        }
        return line
    }
}
