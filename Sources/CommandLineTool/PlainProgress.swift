import Basics
import Ledger
import Orchestration
import StackModel

/// One line per event, for pipes and logs.
struct PlainProgress: ProgressRenderer {
    let style: TextStyle

    func text(for event: ProgressEvent, at time: TimeSpan) -> String {
        switch event {
        case .note(let text): "\(text)\n"
        case .recovered(let operation):
            "operation \(operation.id) (\(operation.reason)) was cut short; going on from what is there\n"
        case .began(let plan, let operation):
            "operation \(operation): \(plan.purpose.rawValue) \(plan.stack), \(plan.steps.count) step\(plan.steps.count == 1 ? "" : "s")\n"
        case .stepBegan(let step): "[\(step.number)] \(step.action.summary) ...\n"
        case .stepNote(let step, let note): "[\(step.number)]   \(note)\n"
        case .stepEnded(let step, .succeeded, let elapsed):
            "[\(step.number)] \(step.action.summary): \(style.green("done")) in \(elapsed.spoken)\n"
        case .stepEnded(let step, .failed(let error), let elapsed):
            "[\(step.number)] \(step.action.summary): \(style.red("failed")) after \(elapsed.spoken): \(error.message)\n"
        case .reverting(let failure):
            // At once, for the way back can take a while.
            "\(style.yellow("going back:")) \(failure.message)\n" + ErrorText.details(of: failure, style: style)
        case .ended: ""
        }
    }
}
