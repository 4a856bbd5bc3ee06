import Basics
import Ledger
import Orchestration
import StackModel

/// One JSON object per line and event. The last line of a run is its `ResultLine`.
struct JSONProgress: ProgressRenderer {
    private struct Line: Encodable {
        var event: String
        var operation: Int?
        var purpose: String?
        var step: Int?
        var action: String?
        var cause: String?
        var message: String?
        var error: ReportableError?
        var milliseconds: Int?
        var plan: Plan?
    }

    let isForPrograms = true

    func text(for event: ProgressEvent, at time: TimeSpan) -> String { CanonicalJSON.text(line(for: event)) }

    static func warning(_ text: String) -> String { CanonicalJSON.text(Line(event: "warning", message: text)) }

    static func note(_ text: String) -> String { CanonicalJSON.text(Line(event: "note", message: text)) }

    /// What a dry run shows.
    static func planned(_ plan: Plan) -> String { CanonicalJSON.text(Line(event: "planned", plan: plan)) }

    private func line(for event: ProgressEvent) -> Line {
        switch event {
        case .note(let text): Line(event: "note", message: text)
        case .recovered(let operation): Line(event: "recovered", operation: operation.id, message: operation.reason)
        case .began(let plan, let operation):
            Line(event: "began", operation: operation, purpose: plan.purpose.rawValue, plan: plan)
        case .stepBegan(let step):
            Line(event: "step-began", step: step.number, action: step.action.summary, cause: step.cause)
        case .stepNote(let step, let note): Line(event: "step-note", step: step.number, message: note)
        case .stepEnded(let step, let outcome, let elapsed): ended(step, outcome, elapsed)
        case .reverting(let failure): Line(event: "reverting", error: failure)
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
        case .failed(let error): (line.event, line.error) = ("step-failed", error)
        }
        return line
    }
}
