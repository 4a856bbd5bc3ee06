import ArgumentParser
import Basics
import Orchestration
import StackModel

package struct ValidateVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a spec and report everything that is wrong with it."
    )

    @OptionGroup var target: StackArgument

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let declared = try target.declared(in: session)
        let count = declared.stack.services.count
        session.console.result("\(declared.stack.id) is valid: \(count) service\(count == 1 ? "" : "s")")
        return .done
    }
}
