import ArgumentParser
import Basics
import Orchestration
import Planning
import StackModel

/// The options of every verb that changes something, and the one way they all go: propose, show, ask, carry out.
struct ChangeOptions: ParsableArguments {
    @Flag(name: [.customShort("y"), .long], help: "Do it without asking.")
    var yes = false

    @Flag(help: "Show the plan and stop.")
    var dryRun = false

    @Option(help: "How to show progress: auto, tty, plain or json.")
    var progress: ProgressStyle = .auto

    @Flag(help: "Try again a step in which slipway has died.")
    var retryCrashed = false

    func carryOut(_ change: Change, on stack: StackID, in session: Session, reviewed: Plan? = nil)
        async throws(ReportableError) -> ExitStatus
    {
        let display = ProgressDisplay(style: progress, console: session.console)
        let deployer = Deployer(try session.dependencies()) { display.show($0) }
        if !dryRun { try await deployer.checkFree(stack) }
        let proposal = try await deployer.propose(change, to: stack)
        for warning in proposal.warnings {
            session.console.note("\(session.console.style.yellow("warning:")) \(warning)")
        }
        if let reviewed { try check(proposal, against: reviewed) }
        guard !proposal.isEmpty else {
            session.console.result("nothing to do: \(stack) runs release \(proposal.target.number)")
            return .done
        }
        if !quietly { session.console.note(proposal.text) }
        guard !dryRun else { return .done }
        try ask(proposal, reviewed: reviewed != nil, session.console)
        let report = try await deployer.carryOut(
            proposal,
            acceptingChanges: yes && reviewed == nil,
            retryCrashed: retryCrashed
        )
        display.finish()
        return Self.tell(report, stack, proposal, session.console)
    }

    /// JSON progress begins with the plan itself.
    private var quietly: Bool { progress == .json && !dryRun }

    private func check(_ proposal: Proposal, against reviewed: Plan) throws(ReportableError) {
        guard proposal.plan.digest != reviewed.digest else { return }
        throw ReportableError(
            .planStale,
            "the saved plan \(reviewed.digest.short) no longer fits: the stack or the spec has changed since; "
                + "nothing was done",
            hint: "Review the plan as it would be now, and save it again with `slipway plan --out FILE`.",
            details: proposal.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        )
    }

    private func ask(_ proposal: Proposal, reviewed: Bool, _ console: Console) throws(ReportableError) {
        guard !yes, !reviewed else { return }
        guard console.isInteractive else {
            throw ReportableError(
                .needsDecision,
                "nobody is there to confirm the plan for \(proposal.stack); nothing was done",
                hint: "Run it in a terminal, or say yes beforehand with --yes."
            )
        }
        guard console.confirm("Carry out this plan on \(proposal.stack)?") else {
            throw ReportableError(.needsDecision, "not confirmed; nothing was done")
        }
    }

    private static func tell(
        _ report: ChangeReport,
        _ stack: StackID,
        _ proposal: Proposal,
        _ console: Console
    ) -> ExitStatus {
        switch report.outcome {
        case .nothingToDo:
            console.result("nothing to do: \(stack) runs release \(report.release.number)")
            return .done
        case .succeeded:
            console.result("\(doneWords(proposal)) in \(report.elapsed.spoken)")
            return .done
        case .revertedAfter(let failure):
            console.report(failure)
            console.note(revertedWords(proposal, report))
            return .rolledBack
        }
    }

    private static func doneWords(_ proposal: Proposal) -> String {
        switch proposal.plan.purpose {
        case .deploy, .revert: "\(proposal.stack) runs release \(proposal.target.number)"
        case .rollback: "\(proposal.stack) is back at release \(proposal.target.number)"
        case .scale, .restart, .stop: "\(proposal.stack): \(proposal.change.reason): done"
        case .down: "\(proposal.stack) is down"
        }
    }

    private static func revertedWords(_ proposal: Proposal, _ report: ChangeReport) -> String {
        guard let previous = proposal.previous else {
            return "\(proposal.stack) is stopped: there was no release to go back to (\(report.elapsed.spoken))"
        }
        return "\(proposal.stack) is back at release \(previous.number) (\(report.elapsed.spoken))"
    }
}

extension Proposal {
    /// The plan as a person reviews it.
    var text: String {
        var text = PlanText.render(plan, target: target, previous: previous)
        if let unfinished {
            text = "Operation \(unfinished.id) (\(unfinished.reason)) was cut short and will be closed first.\n" + text
        }
        return text
    }
}
