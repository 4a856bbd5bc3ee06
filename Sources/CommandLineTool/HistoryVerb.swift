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

    @Flag(help: "Verify that nobody has changed the recorded history, of all stacks.")
    var verify = false

    package init() {}

    package func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes a number from 1, not \(limit).") }
    }

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let ledger = dependencies.ledger
        if verify { return try await verify(ledger, session.console) }
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
            let operations = try await ledger.operations(of: stack, limit: limit)
            console.result(
                isJSON ? CanonicalJSON.text(operations) : try await table(operations, stack, dependencies, style)
            )
        }
        return .done
    }

    private func verify(_ ledger: Ledger, _ console: Console) async throws(ReportableError) -> ExitStatus {
        let report = try await ledger.verifyChain()
        if format.output == .json {
            console.result(CanonicalJSON.text(report))
            return report.isIntact ? .done : .failed
        }
        console.result(try ChainText.verdict(on: report))
        return .done
    }

    private func detail(of number: Int, _ stack: StackID, _ dependencies: Dependencies)
        async throws(ReportableError) -> OperationDetail
    {
        let operation: Operation
        do {
            operation = try await dependencies.ledger.operation(number)
        } catch {
            guard error.code == .notFound else { throw error }
            throw ReportableError(.usage, error.message, hint: "See them all with `slipway history`.")
        }
        guard operation.plan.stack == stack else {
            throw ReportableError(
                .usage,
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
        let releases = try await ledger.releases(of: stack, limit: limit)
        let operations = try await ledger.operations(of: stack, limit: limit * 10)
        let current = try await ledger.summary(of: stack).currentRelease?.number
        return ReleaseList(releases, current: current, operations: operations.map(OperationOutline.init))
    }

    /// Of a column whose texts can be of any length; `--operation` shows them whole.
    private static let width = 40

    private func table(_ operations: [Operation], _ stack: StackID, _ dependencies: Dependencies, _ style: TextStyle)
        async throws(ReportableError) -> String
    {
        var table = TextTable("OPERATION", "WHEN", "WHO", "WHAT", "RELEASE", "CHANGED", "ENDED")
        for operation in operations {
            table.add(
                "\(operation.id)",
                TimeText.stamp(operation.startedAt),
                operation.actor,
                LineWidth.cut(operation.reason, to: Self.width),
                "\(operation.plan.release)",
                LineWidth.cut(try await changes(of: operation, stack, dependencies.ledger), to: Self.width),
                OperationText.short(
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
