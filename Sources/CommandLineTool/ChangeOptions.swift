import ArgumentParser
import Basics
import Orchestration
import StackModel

/// The options of every verb that changes something, and the one way they all go: propose, show, ask, carry out.
struct ChangeOptions: ParsableArguments {
    @Flag(name: [.customShort("y"), .long], help: "Do it without asking.")
    var yes = false

    @Flag(help: "Print the plan and stop.")
    var dryRun = false

    @Option(name: .shortAndLong, help: "How --dry-run prints the plan: table or json.")
    var output: OutputFormat?

    @Option(
        help: ArgumentHelp(
            "How to show progress: auto, tty, plain or json.",
            discussion: "With json, standard output has one object per line; the last one is the result."
        )
    )
    var progress: ProgressStyle = .auto

    @Flag(help: "Try again a step in which slipway has died.")
    var retryCrashed = false

    func validate() throws {
        guard output == nil || dryRun else {
            throw ValidationError("--output goes with --dry-run; for progress as JSON there is --progress json.")
        }
    }

    /// - Parameters:
    ///   - safety: whether a set is made first where data is touched.
    ///   - isLast: nothing comes behind the change, so its good end is told as the end of the command.
    func carryOut(
        _ change: Change,
        on stack: StackID,
        in session: Session,
        reviewed: Plan? = nil,
        safety: SafetyOptions = SafetyOptions(noBackup: true),
        preparing preparation: Preparation? = nil,
        isLast: Bool = true,
        watch: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
    ) async throws(ReportableError) -> ExitStatus {
        let console = session.console
        let display = ProgressDisplay(style: progress, console: console)
        let deployer = Deployer(try session.dependencies()) {
            watch($0)
            display.show($0)
        }
        if !dryRun { try await deployer.checkFree(stack) }
        let proposal = try await deployer.propose(change, to: stack, preparing: preparation != nil)
        for warning in proposal.warnings { warn(of: warning, on: console) }
        if let reviewed { try check(proposal, against: reviewed) }
        let backup = safety.backup(before: proposal)
        for text in backup.warnings { warn(of: text, on: console) }
        if dryRun { return show(proposal, console) }
        let words = ChangeWords(proposal)
        guard !proposal.isEmpty else {
            guard isLast else { return .done }
            let result = ResultLine("nothing-to-do", .done, stack: stack, release: proposal.previous?.number)
            console.result(isForPrograms ? result.text : words.nothingToDo)
            return .done
        }
        // JSON progress begins with the plan itself.
        if !isForPrograms || mustAsk(reviewed) { console.note(proposal.text) }
        if mustAsk(reviewed) { try await ask("Carry out this plan on \(stack)?", console) }
        try await backup.take(in: session) { warn($0, on: console) }
        // What has come since the sets were made is in none of them.
        let accepting = yes && reviewed == nil && backup.sets?.isDestruction != true
        let report = try await carryOut(proposal, accepting: accepting, preparation, deployer, display)
        if case .revertedAfter = report.outcome { return tell(report, words, console) }
        guard isLast else { return .done }
        return tell(report, words, console)
    }

    /// A person who deploys has read them before; a program counts for itself.
    var specWarnings: Warnings { isForPrograms ? .inFull : .counted }

    /// A program gets warnings as events.
    func warn(_ text: String, on console: Console) {
        isForPrograms ? console.result(JSONProgress.warning(text)) : console.note(text)
    }

    func warn(of text: String, on console: Console) {
        warn(isForPrograms ? text : "\(console.noteStyle.yellow("warning:")) \(text)", on: console)
    }

    var isForPrograms: Bool { progress == .json }

    private func mustAsk(_ reviewed: Plan?) -> Bool { !yes && reviewed == nil }

    private func carryOut(
        _ proposal: Proposal,
        accepting: Bool,
        _ preparation: Preparation?,
        _ deployer: Deployer,
        _ display: ProgressDisplay
    ) async throws(ReportableError) -> ChangeReport {
        let clock = Task { await display.tick() }
        defer {
            clock.cancel()
            display.finish()
        }
        return try await deployer.carryOut(
            proposal,
            acceptingChanges: accepting,
            retryCrashed: retryCrashed,
            preparing: preparation
        )
    }

    private func show(_ proposal: Proposal, _ console: Console) -> ExitStatus {
        if isForPrograms {
            console.result(JSONProgress.planned(proposal.plan))
            let release = proposal.previous?.number
            console.result(ResultLine("planned", .done, stack: proposal.stack, release: release).text)
        } else if output == .json {
            console.result(CanonicalJSON.text(proposal.plan))
        } else {
            console.result(proposal.isEmpty ? ChangeWords(proposal).nothingToDo : proposal.text)
        }
        return .done
    }

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

    /// Throws `needsDecision` unless a person says yes.
    func ask(_ question: String, _ console: Console) async throws(ReportableError) {
        guard console.isInteractive else {
            throw ReportableError(
                .needsDecision,
                "nobody is there to answer \"\(question)\"; nothing was done",
                hint: "Run it in a terminal, or say yes beforehand with --yes."
            )
        }
        guard try await console.confirm(question) else {
            throw ReportableError(.needsDecision, "not confirmed; nothing was done")
        }
    }

    private func tell(_ report: ChangeReport, _ words: ChangeWords, _ console: Console) -> ExitStatus {
        let result = words.result(of: report)
        if isForPrograms {
            console.result(result.text)
        } else {
            switch report.outcome {
            case .nothingToDo: console.result(words.nothingToDo)
            case .succeeded: console.result("\(words.done(report.release)) in \(report.elapsed.spoken)")
            case .revertedAfter(let failure):
                console.report(failure)
                console.note("\(words.reverted) (\(report.elapsed.spoken))")
            }
        }
        if case .revertedAfter = report.outcome { return .rolledBack }
        return .done
    }
}
