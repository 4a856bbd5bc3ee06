import Basics
import Ledger
import StackModel
import Testing

@Suite("Runs of backup policies")
struct BackupRunTests {
    private let failure = ReportableError(.storeFailed, "the disk of local is full")

    private let job = PolicyJob(.backup, by: "hourly", of: Samples.shop)

    private func begin(_ ledger: Ledger, isAlive: Bool = true) async throws -> BackupRun {
        try await ledger.beginBackup(
            job,
            actor: "ada@host",
            owner: Samples.owner,
            isAlive: { _ in isAlive },
            at: Samples.now
        )
    }

    @Test("are remembered with how they ended, the newest first")
    func list() async throws {
        let ledger = try Ledger.inMemory()
        try await ledger.succeedBackup(
            try await begin(ledger).id,
            with: "20231114T221320Z-1",
            evidence: ["bytes": "17"],
            at: Samples.later(5)
        )
        try await ledger.failBackup(try await begin(ledger).id, with: failure, at: Samples.later(9))
        let runs = try await ledger.backupRuns(of: Samples.shop, limit: 10)
        #expect(runs.map(\.state) == [.failed, .succeeded])
        #expect(runs.map(\.failure) == [failure, nil])
        #expect(runs.map(\.set) == [nil, "20231114T221320Z-1"])
        #expect(runs.map(\.evidence) == [[:], ["bytes": "17"]])
        #expect(runs.map(\.endedAt) == [Samples.later(9), Samples.later(5)])
    }

    @Test("do not overlap while the process of the first is alive")
    func overlap() async throws {
        let ledger = try Ledger.inMemory()
        _ = try await begin(ledger)
        let error = await #expect(throws: ReportableError.self) { try await begin(ledger) }
        #expect(error?.code == .stackBusy)
        #expect(error?.message.contains("hourly of shop/local") == true)
    }

    @Test("are closed as failed when their process is gone, and the next one begins")
    func death() async throws {
        let ledger = try Ledger.inMemory()
        _ = try await begin(ledger)
        _ = try await begin(ledger, isAlive: false)
        let runs = try await ledger.backupRuns(of: Samples.shop, limit: 10)
        #expect(runs.map(\.state) == [.running, .failed])
        #expect(runs.last?.failure?.message == "process 4711, which ran it, is gone")
    }

    @Test("end once")
    func end() async throws {
        let ledger = try Ledger.inMemory()
        let run = try await begin(ledger)
        try await ledger.succeedBackup(run.id, with: "20231114T221320Z-1", at: Samples.later(1))
        // Asked again, because the answer was lost, it is content.
        try await ledger.succeedBackup(run.id, with: "20231114T221320Z-1", at: Samples.later(2))
        #expect(try await ledger.backupRuns(of: job, limit: 2).map(\.endedAt) == [Samples.later(1)])
        await #expect(throws: ReportableError.self) {
            try await ledger.succeedBackup(run.id, with: "20231114T221320Z-2", at: Samples.later(2))
        }
        await #expect(throws: ReportableError.self) {
            try await ledger.failBackup(run.id, with: failure, at: Samples.later(2))
        }
    }
}
