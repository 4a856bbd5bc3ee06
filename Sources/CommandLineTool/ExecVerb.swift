import ArgumentParser
import Basics
import Interfaces
import Orchestration
import StackModel

package struct ExecVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a program beside a replica, with its user and environment. Ends with the program's exit status.",
        usage: "slipway exec [<stack>] --replica api-1 [--env <env>] -- <command> ..."
    )

    @OptionGroup var target: StackArgument

    @Option(name: .shortAndLong, help: "The replica, or a service with one replica.")
    var replica: String

    @Argument(parsing: .postTerminator, help: "The program and its arguments.")
    var command: [String]

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let stack = try await target.deployed(in: session, dependencies.ledger)
        // From here on a signal is the program's to answer: Ctrl-C cancels a query of psql, not slipway.
        session.leaveSignals()
        return .program(try await ReplicaExecutor(dependencies).execute(command, in: replica, of: stack))
    }
}
