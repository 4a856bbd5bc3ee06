import ArgumentParser
import Basics
import FoundationEssentials
import Orchestration
import StackModel

/// What one call of `slipway` has around it. Verbs get it handed; they build nothing themselves.
package struct Session: Sendable {
    package let console: Console
    /// The caller's environment.
    package let variables: [String: String]
    /// Opens the ledger and builds the engines; verbs that need neither never call it.
    package let dependencies: @Sendable () throws(ReportableError) -> Dependencies
    /// From then on a signal does not end `slipway`; a program that it runs in the foreground gets it.
    package let leaveSignals: @Sendable () -> Void

    package init(
        console: Console,
        variables: [String: String],
        dependencies: @escaping @Sendable () throws(ReportableError) -> Dependencies,
        leaveSignals: @escaping @Sendable () -> Void = {}
    ) {
        self.console = console
        self.variables = variables
        self.dependencies = dependencies
        self.leaveSignals = leaveSignals
    }
}

/// One word of the command line.
package protocol Verb: ParsableCommand {
    func run(in session: Session) async throws(ReportableError) -> ExitStatus
}

/// How read verbs print.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json
}

struct OutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "How to print the result: table or json.")
    var output: OutputFormat = .table
}
