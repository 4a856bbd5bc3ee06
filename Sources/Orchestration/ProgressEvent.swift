import Basics
import Ledger
import StackModel

/// What a person who waits is told.
package enum ProgressEvent: Sendable {
    /// What goes on before any plan is carried out.
    case note(String)
    /// An operation whose process died was found and closed; what follows starts from what was observed.
    case recovered(Operation)
    case began(Plan, operation: Int)
    case stepBegan(Step)
    /// How a long step goes.
    case stepNote(Step, String)
    case stepEnded(Step, StepOutcome, TimeSpan)
    /// The plan failed; the next `began` is the way back.
    case reverting(ReportableError)
    case ended(Plan.Purpose, TimeSpan)
}
