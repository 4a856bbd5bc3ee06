import Basics
import StackModel

/// How an operation ended, for the person who asked for it.
package struct ChangeReport: Sendable {
    package enum Outcome: Sendable {
        case nothingToDo
        case succeeded
        /// The change failed and the stack is back where it was.
        case revertedAfter(ReportableError)
    }

    package let outcome: Outcome
    package let release: Release
    package let elapsed: TimeSpan
}
