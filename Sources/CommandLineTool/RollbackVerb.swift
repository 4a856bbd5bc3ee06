import ArgumentParser
import Basics
import Orchestration
import StackModel

package struct RollbackVerb: ChangingVerb {
    package static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Go back to an earlier release: code, configuration and secrets.",
        discussion: "Without --to it goes to the last good release before the current one."
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var change: ChangeOptions

    @Option(help: "The number of the release to go back to (see slipway history).")
    var to: Int?

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let stack = try await target.deployed(in: session, try session.dependencies().ledger)
        return try await change.carryOut(.rollback(to: to), on: stack, in: session)
    }
}
