import ArgumentParser
import Basics
import Orchestration
import StackModel

package struct StatusVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what is deployed, what runs, and where the two differ."
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var format: OutputOptions

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let stack = try await target.deployed(in: session, dependencies.ledger)
        let status = try await StatusReader(dependencies).read(stack)
        switch format.output {
        case .json: session.console.result(CanonicalJSON.text(status))
        case .table:
            session.console.result(StatusText(status, now: dependencies.now(), style: session.console.style).render())
        }
        return .done
    }
}
