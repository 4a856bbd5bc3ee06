import ArgumentParser
import Basics
import Ledger
import Orchestration
import StackModel

package struct StatusVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what is deployed, what runs, and where the two differ.",
        discussion: "Without a stack, and without a stack.yaml here, it lists all stacks."
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var format: OutputOptions

    @Flag(help: "End with exit code 3 when there is drift or an open operation.")
    var exitCode = false

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let reader = StatusReader(dependencies)
        let console = session.console
        if target.isAbsent && target.environment == nil { return try await list(reader, dependencies, console) }
        let stack = try await target.deployed(in: session, dependencies.ledger)
        let status = try await reader.read(stack)
        switch format.output {
        case .json: console.result(CanonicalJSON.text(status))
        case .table:
            console.result(StatusText(status, now: dependencies.now(), style: console.resultStyle).render())
        }
        return ending(of: [status])
    }

    private func list(_ reader: StatusReader, _ dependencies: Dependencies, _ console: Console)
        async throws(ReportableError) -> ExitStatus
    {
        var all: [StackStatus] = []
        for stack in try await dependencies.ledger.stacks() {
            do throws(ReportableError) {
                all.append(try await reader.read(stack))
            } catch {
                // A stack that is recorded, but of which no operation ever began.
                guard error.code == .notFound else { throw error }
            }
        }
        switch format.output {
        case .json: console.result(CanonicalJSON.text(all))
        case .table where all.isEmpty: console.result("nothing is deployed")
        case .table: console.result(StackList(all, now: dependencies.now()).render(style: console.resultStyle))
        }
        return ending(of: all)
    }

    private func ending(of all: [StackStatus]) -> ExitStatus {
        exitCode && !all.allSatisfy { $0.drift.isEmpty && $0.unfinished == nil } ? .changesPending : .done
    }
}
