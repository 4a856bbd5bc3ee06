import ArgumentParser
import Basics
import Orchestration
import StackModel

struct BackupPruneVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Delete the sets that the policies of a stack need not keep.",
        discussion: """
            What stays is what `keep` says, and always the newest set, the newest proven one and what is pinned. Sets of \
            policies that are gone from the spec stay, too.
            """
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var format: OutputOptions

    @Option(help: "The policy; without it, all of them one after the other.")
    var policy: String?

    @Flag(name: [.customShort("y"), .long], help: "Do it without asking.")
    var yes = false

    @Flag(help: "Show what would go and what stays, each with its reasons, and stop.")
    var dryRun = false

    func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let dependencies = try session.dependencies()
        let stack = try await target.deployed(in: session, dependencies.ledger)
        let doors = try session.backups()
        let pruner = BackupPruner(dependencies, doors)
        var proposals: [PruneOutcome] = []
        for name in try await BackupRunner(dependencies, doors).policies(of: stack, only: policy) {
            proposals.append(try await pruner.propose(name, of: stack))
        }
        guard !dryRun else { return show(proposals, session.console) }
        let going = proposals.flatMap(\.deletions)
        if !yes, !going.isEmpty { try await ask(proposals, going.count, stack, session.console) }
        var outcomes: [PruneOutcome] = []
        for proposal in proposals {
            let approved = Set(proposal.deletions.map(\.set))
            outcomes.append(try await pruner.prune(proposal.policy, of: stack, approved: approved))
        }
        tell(outcomes, session.console)
        return .done
    }

    private func show(_ proposals: [PruneOutcome], _ console: Console) -> ExitStatus {
        switch format.output {
        case .json: console.result(CanonicalJSON.text(proposals))
        case .table: console.result(Self.table(proposals).render(style: console.resultStyle))
        }
        return .done
    }

    private func ask(_ proposals: [PruneOutcome], _ count: Int, _ stack: StackID, _ console: Console)
        async throws(ReportableError)
    {
        guard console.isInteractive else {
            throw ReportableError(
                .needsDecision,
                "nobody is there to confirm that \(count) sets of \(stack) are deleted; nothing was done",
                hint: "Look with --dry-run, and say yes beforehand with --yes."
            )
        }
        console.note(Self.table(proposals).render(style: console.noteStyle))
        guard try await console.confirm("Delete \(count) sets of \(stack)?") else {
            throw ReportableError(.needsDecision, "not confirmed; nothing was done")
        }
    }

    private func tell(_ outcomes: [PruneOutcome], _ console: Console) {
        guard format.output == .table else { return console.result(CanonicalJSON.text(outcomes)) }
        for outcome in outcomes {
            let kept = outcome.rows.count - outcome.deleted.count
            let swept = outcome.swept == 0 ? "" : ", \(outcome.swept) leftovers removed"
            console.result("\(outcome.policy): \(outcome.deleted.count) sets deleted, \(kept) kept\(swept)")
        }
    }

    private static func table(_ outcomes: [PruneOutcome]) -> TextTable {
        var table = TextTable("STORE", "SET", "HOLDS THE STATE OF", "SIZE", "", "BECAUSE")
        for row in outcomes.flatMap(\.rows) {
            table.add(
                row.store.text,
                row.set,
                TimeText.stamp(row.captured),
                "\(ByteCount(bytes: row.size))",
                row.goes ? "goes" : "stays",
                row.goes ? "nothing keeps it" : row.reasons.joined(separator: ", ")
            )
        }
        return table
    }
}
