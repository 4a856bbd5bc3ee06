import Basics
import Orchestration
import StackModel

/// The last line of `--progress json`: how the whole of it ended.
struct ResultLine: Encodable {
    let event = "result"
    let outcome: String
    let exitCode: Int32
    let stack: StackID?
    /// The release that is current now.
    let release: Int?
    let milliseconds: Int?
    let error: ReportableError?

    init(
        _ outcome: String,
        _ status: ExitStatus,
        stack: StackID? = nil,
        release: Int? = nil,
        milliseconds: Int? = nil,
        error: ReportableError? = nil
    ) {
        self.outcome = outcome
        self.exitCode = status.rawValue
        self.stack = stack
        self.release = release
        self.milliseconds = milliseconds
        self.error = error
    }

    init(_ report: ChangeReport, of stack: StackID, release: Int?) {
        let time = report.elapsed.milliseconds
        switch report.outcome {
        case .nothingToDo:
            self.init("nothing-to-do", .done, stack: stack, release: release, milliseconds: time)
        case .succeeded: self.init("succeeded", .done, stack: stack, release: release, milliseconds: time)
        case .revertedAfter(let error):
            self.init("rolled-back", .rolledBack, stack: stack, release: release, milliseconds: time, error: error)
        }
    }

    /// Nobody knows which release runs after an error; `slipway status` looks.
    init(_ error: ReportableError) {
        let status = ExitStatus(error.code)
        self.init(status.word, status, error: error)
    }

    var text: String { CanonicalJSON.text(self) }
}
