import Basics
import Ledger
import StackModel

/// Records how a run has ended. A run that nobody closes would keep its policy from ever running again while its process
/// lives, so a ledger that cannot be written is asked again for a while.
struct RunEnd {
    let dependencies: Dependencies
    let run: BackupRun

    private static let pauses: [Duration] = [.seconds(1), .seconds(5), .seconds(20), .seconds(60)]

    /// What the run has failed with is what counts, also where the ledger cannot take it.
    func fail(with failure: ReportableError) async {
        try? await patiently { () throws(ReportableError) in
            try await dependencies.ledger.failBackup(run.id, with: failure, at: dependencies.now())
        }
    }

    func succeed(with set: String, evidence: [String: String], at now: Instant) async throws(ReportableError) {
        try await patiently { () throws(ReportableError) in
            try await dependencies.ledger.succeedBackup(run.id, with: set, evidence: evidence, at: now)
        }
    }

    private func patiently(_ write: () async throws(ReportableError) -> Void) async throws(ReportableError) {
        for pause in Self.pauses {
            do throws(ReportableError) {
                return try await write()
            } catch  where error.code == .ledgerFailed {
                try? await Task.sleep(for: pause)
            }
        }
        try await write()
    }
}
