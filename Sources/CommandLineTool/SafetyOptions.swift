import ArgumentParser
import Basics
import Orchestration
import StackModel

/// The backup that is made before a change touches data.
struct SafetyOptions: ParsableArguments {
    @Flag(help: "Make no backup first, although data services change, an app migrates, or data is destroyed.")
    var noBackup = false

    init() {}

    init(noBackup: Bool) {
        self.noBackup = noBackup
    }

    func backup(before proposal: Proposal) -> SafetyBackup {
        SafetyBackup(proposal: proposal, sets: noBackup || proposal.isEmpty ? nil : BackupBeforeChange(proposal))
    }
}

/// What is done of it.
struct SafetyBackup {
    let proposal: Proposal
    /// nil when none is wanted.
    let sets: BackupBeforeChange?

    /// What a person reads with the plan.
    var warnings: [String] {
        guard let sets else { return [] }
        let deed = sets.isDestruction ? "destroyed" : "touched"
        var texts: [String] = []
        if !sets.policies.isEmpty {
            let made = sets.isDestruction ? "made and proven" : "made"
            texts.append("data is \(deed): a set is \(made) first by \(sets.policies.joined(separator: ", "))")
        }
        if !sets.uncovered.isEmpty {
            let services = sets.uncovered.map(\.text).joined(separator: ", ")
            texts.append("data is \(deed), and no backup policy covers \(services): there will be no set to go back to")
        }
        return texts
    }

    func take(in session: Session, _ tell: (String) -> Void) async throws(ReportableError) {
        guard let sets, !sets.policies.isEmpty else { return }
        let runner = BackupRunner(try session.dependencies(), try session.backups())
        let release = proposal.plan.purpose == .deploy ? proposal.target.number : nil
        do throws(ReportableError) {
            for report in try await sets.take(before: release, of: proposal.stack, runner) {
                let stores = report.copies.map(\.store.text).joined(separator: ", ")
                let proven = sets.isDestruction ? ", proven" : ""
                tell("\(report.copies.first?.set ?? report.policy) is in \(stores)\(proven) (\(report.elapsed.spoken))")
            }
        } catch {
            let hint = [error.hint, "Go on without a set with --no-backup."].compactMap(\.self).joined(separator: " ")
            throw ReportableError(error.code, error.message, hint: hint, details: error.details)
        }
    }
}
