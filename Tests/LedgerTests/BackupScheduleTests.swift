import Basics
import Ledger
import StackModel
import Testing

@Suite("Schedules of backup policies")
struct BackupScheduleTests {
    private let job = PolicyJob(.backup, by: "hourly", of: Samples.shop)

    /// Something is due at every full minute after `Samples.now`; what is due waits for nothing.
    private func claim(
        _ ledger: Ledger,
        _ job: PolicyJob? = nil,
        by expression: String = "* * * * *",
        after seconds: Int,
        isAlive: Bool = true
    ) async throws -> BackupRun? {
        let now = Samples.later(seconds)
        return try await ledger.beginDueBackup(
            job ?? self.job,
            schedule: expression,
            actor: "ada@host",
            owner: Samples.owner,
            isAlive: { _ in isAlive },
            at: now
        ) { settled, isRunning in Self.look(settled, now, isRunning) }
    }

    private static func look(_ settled: Instant, _ now: Instant, _ isRunning: Bool) -> DueRun {
        let begin = Samples.now.milliseconds
        let last = begin + (now.milliseconds - begin) / 60_000 * 60_000
        guard last > settled.milliseconds else {
            return DueRun(run: nil, skipped: [], settled: max(settled, now), next: nil)
        }
        let due = Instant(milliseconds: last)
        let skipped = SkippedRuns(count: 1, first: due, last: due, reason: .overlap)
        return DueRun(run: isRunning ? nil : due, skipped: isRunning ? [skipped] : [], settled: now, next: nil)
    }

    @Test("begin with the first look, and with a new expression")
    func first() async throws {
        let ledger = try Ledger.inMemory()
        #expect(try await claim(ledger, after: 90) == nil)
        #expect(try await claim(ledger, by: "*/2 * * * *", after: 150) == nil)
        #expect(try await claim(ledger, by: "*/2 * * * *", after: 200)?.due == Samples.later(180))
    }

    @Test("begin one run for a due time")
    func once() async throws {
        let ledger = try Ledger.inMemory()
        _ = try await claim(ledger, after: 0)
        let run = try #require(try await claim(ledger, after: 61))
        #expect(run.due == Samples.later(60))
        try await ledger.succeedBackup(run.id, with: "set", at: Samples.later(62))
        #expect(try await claim(ledger, after: 100) == nil)
        #expect(try await claim(ledger, after: 121)?.due == Samples.later(120))
    }

    @Test("do not begin a run twice when the clock is set back by hours, and begin anew then")
    func setBack() async throws {
        let ledger = try Ledger.inMemory()
        _ = try await claim(ledger, after: 0)
        let run = try #require(try await claim(ledger, after: 86_400))
        try await ledger.succeedBackup(run.id, with: "set", at: Samples.later(86_401))
        #expect(try await claim(ledger, after: 3000) == nil)
        let early = try #require(try await claim(ledger, after: 3061))
        #expect(early.due == Samples.later(3060))
        try await ledger.succeedBackup(early.id, with: "set", at: Samples.later(3062))
        let late = try #require(try await claim(ledger, after: 86_390))
        try await ledger.succeedBackup(late.id, with: "set", at: Samples.later(86_391))
        #expect(try await claim(ledger, after: 86_410) == nil)
    }

    @Test("count what is due while a run goes on as skipped")
    func overlap() async throws {
        let ledger = try Ledger.inMemory()
        _ = try await claim(ledger, after: 0)
        _ = try await claim(ledger, after: 61)
        #expect(try await claim(ledger, after: 121) == nil)
        #expect(
            try await ledger.skippedBackups(of: job, limit: 9)
                == [SkippedRuns(count: 1, first: Samples.later(120), last: Samples.later(120), reason: .overlap)]
        )
    }

    @Test("close a run whose process is gone as failed, and go on")
    func death() async throws {
        let ledger = try Ledger.inMemory()
        _ = try await claim(ledger, after: 0)
        _ = try await claim(ledger, after: 61)
        _ = try #require(try await claim(ledger, after: 121, isAlive: false))
        #expect(try await ledger.backupRuns(of: job, limit: 9).map(\.state) == [.running, .failed])
    }

    @Test("of making and of proving do not know each other")
    func kinds() async throws {
        let ledger = try Ledger.inMemory()
        let proof = PolicyJob(.prove, by: "hourly", of: Samples.shop)
        for each in [job, proof] { _ = try await claim(ledger, each, after: 0) }
        #expect(try await claim(ledger, after: 61) != nil)
        #expect(try await claim(ledger, proof, after: 61)?.kind == .prove)
    }
}
