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

    @Option(name: .shortAndLong, help: "How many of the latest operations, or releases, to show.")
    var limit: Int = 20

    @Option(help: "Show the steps of this operation, with times and failures.")
    var operation: Int?

    @Flag(help: "Show the releases and how they ended.")
    var releases = false

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let ledger = dependencies.ledger
        let stack = try await target.deployed(in: session, ledger)
        let (console, isJSON) = (session.console, format.output == .json)
        let style = console.resultStyle
        if let operation {
            let detail = try await detail(of: operation, stack, dependencies)
            console.result(isJSON ? CanonicalJSON.text(detail) : detail.text(style: style))
        } else if releases {
            let list = try await list(stack, ledger)
            console.result(isJSON ? CanonicalJSON.text(list) : list.text(style: style))
        } else {
            let operations = try await ledger.operations(of: stack, limit: max(1, limit))
            console.result(
                isJSON ? CanonicalJSON.text(operations) : try await table(operations, stack, dependencies, style)
            )
        }
        return .done
    }

    private func detail(of number: Int, _ stack: StackID, _ dependencies: Dependencies)
        async throws(ReportableError) -> OperationDetail
    {
        let operation = try await dependencies.ledger.operation(number)
        guard operation.plan.stack == stack else {
            throw ReportableError(
                .notFound,
                "operation \(number) is not one of \(stack), but of \(operation.plan.stack)"
            )
        }
        return OperationDetail(
            operation: OperationOutline(operation),
            ownerIsGone: operation.state.isActive && !dependencies.isAlive(operation.owner),
            steps: try await dependencies.ledger.steps(of: number)
        )
    }

    private func list(_ stack: StackID, _ ledger: Ledger) async throws(ReportableError) -> ReleaseList {
        let releases = try await ledger.releases(of: stack, limit: max(1, limit))
        let operations = try await ledger.operations(of: stack, limit: max(1, limit) * 10)
        let current = try await ledger.summary(of: stack).currentRelease?.number
        return ReleaseList(releases, current: current, operations: operations.map(OperationOutline.init))
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
