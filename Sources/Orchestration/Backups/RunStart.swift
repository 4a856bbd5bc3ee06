import Basics
import Ledger
import StackModel

extension Dependencies {
    /// Begins a run that a person asks for. Throws `usage` when there is no such policy, `stackBusy` while one goes on.
    func beginRun(_ kind: BackupRun.Kind, by policy: String, of stack: StackID)
        async throws(ReportableError) -> BackupRun
    {
        _ = try BackupPolicies(release: try await currentRelease(of: stack)).named(policy)
        return try await ledger.beginBackup(
            PolicyJob(kind, by: policy, of: stack),
            actor: actor,
            owner: owner,
            isAlive: isAlive,
            at: now()
        )
    }
}
