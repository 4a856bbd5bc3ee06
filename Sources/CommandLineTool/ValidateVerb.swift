import ArgumentParser
import Basics
import StackSpec

package struct ValidateVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a spec and report everything that is wrong with it.",
        discussion: "Without --env every environment of the spec is checked."
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var spec: SpecOptions
    @OptionGroup var format: OutputOptions

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let source = try target.source(in: session) { session.console.note($0) }
        let verdict = SpecVerdict(
            try target.environments(of: source).map {
                source.judge($0, spec).refusingOmissions().refusingDormantKeys()
            }
        )
        switch format.output {
        case .json: session.console.result(CanonicalJSON.text(verdict))
        case .table: try tell(verdict, of: source, session.console)
        }
        return verdict.valid ? .done : .invalid
    }

    private func tell(_ verdict: SpecVerdict, of source: SpecSource, _ console: Console) throws(ReportableError) {
        guard verdict.valid else { throw source.refusal(verdict.diagnostics) }
        for warning in verdict.diagnostics { console.note(warning.rendered) }
        for each in verdict.stacks {
            console.result("\(each.stack) is valid: \(each.services) service\(each.services == 1 ? "" : "s")")
            if let note = each.note { console.note("  \(note)") }
        }
    }
}
