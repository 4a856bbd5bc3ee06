import ArgumentParser
import Basics
import Ledger
import Orchestration
import StackModel

package struct RollbackVerb: ChangingVerb {
    package static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Go back to an earlier release: code, configuration and secrets.",
        discussion: "Without --to it goes to the last good release before the current one."
    )

    @OptionGroup var target: StackArgument
    @OptionGroup var change: ChangeOptions
    @OptionGroup var safety: SafetyOptions

    @Option(help: "The number of the release to go back to (see slipway history).")
    var to: Int?

    package init() {}

    package func run(in session: Session) async throws(ReportableError) -> ExitStatus {
        let ledger = try session.dependencies().ledger
        let stack = try await target.deployed(in: session, ledger)
        let left = try await ledger.currentRelease(of: stack)
        let status = try await change.carryOut(.rollback(to: to), on: stack, in: session, safety: safety)
        if status == .done, !change.dryRun, let left { try await offerData(before: left, stack, session) }
        return status
    }

    /// Code went back; data did not. Where a set holds them as they were, whoever needs them is told.
    private func offerData(before left: Release, _ stack: StackID, _ session: Session) async throws(ReportableError) {
        let sets = try await BackupBeforeChange.sets(
            before: left.number,
            of: stack,
            try session.dependencies(),
            try session.backups()
        )
        guard !sets.isEmpty else { return }
        change.warn("The data are as release \(left.number) left them. As they were before it:", on: session.console)
        for set in sets { change.warn("  slipway restore \(stack) --from-set \(set)", on: session.console) }
    }
}
