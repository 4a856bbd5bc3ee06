import ArgumentParser
import Basics
import Orchestration
import StackModel

package struct DownVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Take the stack down. Its data stays.",
        discussion: """
            With the data stay the stored sources and the logs, so that `rollback --to` can bring any release back. Of \
            a stack that keeps no data nothing stays but its history. Data is destroyed only with --destroy-data NAME, \
            where NAME is the stack's name.
            """
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var change: ChangeOptions

    @Option(help: "Destroy the data too. Takes the stack's name as the explicit word.")
    var destroyData: String?

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let stack = try await target.deployed(in: session, try session.dependencies().ledger)
        if let word = destroyData, word != stack.stack.text {
            throw ReportableError(
                .needsDecision,
                "--destroy-data names \"\(word)\", but the stack is \(stack.stack); nothing was done",
                hint: "There is no proven backup to fall back on. To destroy the data: --destroy-data \(stack.stack)."
            )
        }
        return try await change.carryOut(.down(destroyData: destroyData != nil), on: stack, in: session)
    }
}
