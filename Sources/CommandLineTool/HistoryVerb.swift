import ArgumentParser
import Basics
import Ledger
import Orchestration
import Planning
import StackModel

package struct HistoryVerb: Verb {
    package static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show who changed what, when, how it ended and how long it took."
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var format: OutputOptions

    @Option(name: .shortAndLong, help: "How many of the latest operations to show.")
    var limit: Int = 20

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let ledger = dependencies.ledger
        let stack = try await target.deployed(in: session, ledger)
        let operations = try await ledger.operations(of: stack, limit: max(1, limit))
        switch format.output {
        case .json: session.console.result(CanonicalJSON.text(operations))
        case .table: session.console.result(try await table(operations, stack, dependencies, session.console.style))
        }
        return .done
    }

    private func table(_ operations: [Operation], _ stack: StackID, _ dependencies: Dependencies, _ style: TextStyle)
        async throws(ReportableError) -> String
    {
        var table = TextTable("OPERATION", "WHEN", "WHO", "WHAT", "RELEASE", "CHANGED", "ENDED")
        for operation in operations {
            table.add(
                "\(operation.id)",
                TimeText.stamp(operation.startedAt),
                operation.actor,
                operation.reason,
                "\(operation.plan.release)",
                try await changes(of: operation, stack, dependencies.ledger),
                OperationText.outcome(
                    of: OperationOutline(operation),
                    ownerIsGone: !dependencies.isAlive(operation.owner)
                )
            )
        }
        return table.render(style: style)
    }

    /// What the operation's release changed against the one that ran when it began.
    private func changes(of operation: Operation, _ stack: StackID, _ ledger: Ledger)
        async throws(ReportableError) -> String
    {
        guard operation.plan.purpose == .deploy || operation.plan.purpose == .scale,
            let release = try await ledger.release(operation.plan.release, of: stack)
        else { return "-" }
        guard let before = try await ledger.release(before: operation.id, of: stack) else { return "first release" }
        let changes = ReleaseChanges.between(before, release)
        guard let first = changes.first else { return "-" }
        return changes.count == 1 ? first : "\(first) (+\(changes.count - 1))"
    }
}
