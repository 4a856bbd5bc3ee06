import ArgumentParser
import Basics
import FoundationEssentials
import Orchestration
import StackModel

package struct DeployVerb: ChangingVerb {
    package static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Make the stack what its spec declares.",
        discussion: """
            Shows the plan, asks, carries it out. A release that fails is taken back by itself (exit code 5). \
            After a crash or an interruption, run it again: it looks at what is there and goes on.
            """
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var spec: SpecOptions
    @OptionGroup var change: ChangeOptions
    @OptionGroup var safety: SafetyOptions

    @Option(help: "Carry out this saved plan (slipway plan --out) and nothing else.")
    var plan: String?

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let declared = try target.declared(in: session, spec, warnings: change.specWarnings) {
            change.warn($0, on: session.console)
        }
        let reviewed = try plan.map { path throws(ReportableError) in try SavedPlan.read(path) }
        return try await change.carryOut(
            .deploy(declared),
            on: declared.stack.id,
            in: session,
            reviewed: reviewed,
            safety: safety
        )
    }
}
