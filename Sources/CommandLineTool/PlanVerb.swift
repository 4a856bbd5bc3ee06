import ArgumentParser
import Basics
import Orchestration
import StackModel

package struct PlanVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what deploy would do, and why. Changes nothing."
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var spec: SpecOptions
    @OptionGroup var format: OutputOptions

    @Flag(help: "End with exit code 3 when there is something to do.")
    var exitCode = false

    @Option(help: "Save the plan for `slipway deploy --plan FILE`.")
    var out: String?

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let declared = try target.declared(in: session, spec, warnings: .inFull) { session.console.note($0) }
        let deployer = Deployer(try session.dependencies())
        let proposal = try await deployer.propose(.deploy(declared), to: declared.stack.id)
        for warning in proposal.warnings { session.console.warn(warning) }
        switch format.output {
        case .table: session.console.result(proposal.isEmpty ? "nothing to do" : proposal.text)
        case .json: session.console.result(CanonicalJSON.text(proposal.plan))
        }
        if let out { try SavedPlan.write(proposal.plan, to: out) }
        return exitCode && !proposal.isEmpty ? .changesPending : .done
    }
}
