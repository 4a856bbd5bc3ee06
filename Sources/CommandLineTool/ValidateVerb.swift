import ArgumentParser
import Basics
import Orchestration
import StackModel
import StackSpec

package struct ValidateVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a spec and report everything that is wrong with it.",
        discussion: "Without --env every environment of the spec is checked."
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var spec: SpecOptions

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        for declared in try target.declaredInEveryEnvironment(in: session, spec) {
            let count = declared.stack.services.count
            session.console.result("\(declared.stack.id) is valid: \(count) service\(count == 1 ? "" : "s")")
            let dormant = DormantKeys.names(in: declared.stack)
            guard !dormant.isEmpty else { continue }
            session.console.note("  checked, and not acted on yet: \(dormant.joined(separator: ", "))")
        }
        return .done
    }
}
