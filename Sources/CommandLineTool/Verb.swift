import ArgumentParser
import Basics

/// One word of the command line.
package protocol Verb: ParsableCommand {
    func run(in session: Session) async throws(ReportableError) -> ExitStatus
}

/// A verb that changes a stack.
protocol ChangingVerb: Verb {
    var change: ChangeOptions { get }
}
