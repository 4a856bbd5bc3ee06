import ArgumentParser
import Basics
import Orchestration
import StackModel

package struct DownVerb: ChangingVerb {
    package static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Take the stack down. Its data stays.",
        discussion: """
            With the data stay the stored sources and the logs, so that `rollback --to` can bring any release back. Of \
            a stack that keeps no data nothing stays but its history. Data is destroyed only with \
            --destroy-data STACK/ENVIRONMENT, the whole name of the stack that goes; of a stack with backup policies, a set is \
            made of it first, read back and proven, and nothing goes when that fails (--no-backup goes on without).
            """
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var change: ChangeOptions
    @OptionGroup var safety: SafetyOptions

    @Option(help: "Destroy the data too. Takes the whole name, as in shop/local, as the explicit word.")
    var destroyData: String?

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let stack = try await target.deployed(in: session, try session.dependencies().ledger)
        if let word = destroyData, word != stack.description {
            throw ReportableError(
                .needsDecision,
                "--destroy-data names \"\(word)\", but the stack is \(stack); nothing was done",
                hint: "To destroy the data: --destroy-data \(stack)."
            )
        }
        return try await change.carryOut(.down(destroyData: destroyData != nil), on: stack, in: session, safety: safety)
    }
}
