import Basics
import GRDB
import Planning
import StackModel
import Synchronization
import TestKit

@testable import Ledger

/// One schedule in a real ledger over a simulated stretch of time, looked at by controllers that are killed, sleep, meet
/// each other and have clocks that jump.
struct ScheduleYears {
    /// From the first look of a schedule to where its clock was set back by hours, or to the end.
    private struct Era {
        let begun: Instant
        var settled: Instant
        /// Rows of the ledger when it began.
        let (runs, skips): (Int, Int)
        /// Due times that an earlier era had run.
        var known = 0
    }

    let text: String
    private let schedule: Schedule
    private let ledger: Ledger
    private let job: PolicyJob
    private var random: SplitMix64
    private var now: Instant
    private var eras: [Era] = []
    /// Which processes live.
    private var alive: Set<Int> = [1, 2]
    private var newest: Int = 2
    private var running: BackupRun?
    private(set) var (deaths, due, ran, skipped) = (0, 0, 0, 0)
    private(set) var faults: [String] = []
    let start: Instant

    init(_ number: Int, in ledger: Ledger, _ random: SplitMix64) {
        var random = random
        let (text, expression) = RandomExpression.make(using: &random)
        self.text = text
        self.schedule = Schedule(expression)
        self.ledger = ledger
        self.job = PolicyJob(.backup, by: "any", of: StackID("shop", EnvironmentName("e\(number)") ?? "local"))
        self.start = Instant(milliseconds: 1_774_000_000_000 + Int.random(in: 0..<100_000_000_000, using: &random))
        self.now = start
        self.random = random
    }

    /// Simulated time, in seconds.
    var seconds: Int { (eras.last?.settled ?? start).milliseconds / 1000 - start.milliseconds / 1000 }

    mutating func live() async throws {
        for _ in 0..<14 {
            try await look()
            try await endRun()
            pass()
        }
        try await look(mayDie: false)
        try await count()
    }

    /// Time passes: a few seconds, until something is due, or while nobody is there.
    private mutating func pass() {
        guard let next = schedule.next(after: now), let later = schedule.next(after: next) else { return }
        let (pause, year) = (later.milliseconds - next.milliseconds, 366 * 86_400_000)
        let jump = random.pick([0, 5000, pause / 3, min(pause * 2, year), min(pause * 40, year)])
        let place = random.chance(3, of: 4) ? max(next, now) : now
        now = Instant(milliseconds: place.milliseconds + jump)
        guard random.chance(of: 12) else { return }
        // A correction, or a clock that was wrong by days.
        now = Instant(milliseconds: now.milliseconds - random.pick([60_000, 7_000_000, 11_000_000, 9 * 86_400_000]))
    }

    /// One process looks. It may die before, in the middle of or after its transaction, and its successor looks later.
    private mutating func look(mayDie: Bool = true) async throws {
        let process = random.pick(alive.sorted())
        let dies = mayDie && random.chance(of: 4)
        let moment = dies ? random.pick(["before", "at the skip", "at the schedule", "at the run", "after"]) : "never"
        if dies { deaths += 1 }
        if moment != "before" { try await claim(process, broken: moment) }
        guard dies else { return }
        alive.remove(process)
        newest += 1
        alive.insert(newest)
    }

    private mutating func claim(_ process: Int, broken moment: String) async throws {
        let table = ["at the skip": "backup_skip", "at the schedule": "backup_schedule", "at the run": "backup_run"][
            moment
        ]
        let seen = LastLook()
        let (schedule, time, alive) = (schedule, now, alive)
        if let table { try await breakOff(at: table) }
        let run: BackupRun?
        do throws(ReportableError) {
            run = try await ledger.beginDueBackup(
                job,
                schedule: text,
                actor: "controller",
                owner: OwnerID(bootID: "boot", processID: process, startTicks: 1),
                isAlive: { alive.contains($0.processID) },
                at: time
            ) { settled, isRunning in
                let due = DueRun(
                    of: schedule,
                    settled: settled,
                    now: time,
                    deadline: .seconds(366 * 86_400),
                    isRunning: isRunning
                )
                seen.due.withLock { $0 = due }
                return due
            }
        } catch {
            guard table != nil else { throw error }
            return try await mend()
        }
        if table != nil { try await mend() }
        try await note(seen.due.withLock { $0 }, run)
    }

    /// A transaction that gets this far never ends: what it has written until then is rolled back.
    private func breakOff(at table: String) async throws {
        try await ledger.file.write { database in
            for event in ["INSERT", "UPDATE"] {
                try database.execute(
                    sql:
                        "CREATE TEMP TRIGGER death_\(event) BEFORE \(event) ON main.\(table) BEGIN SELECT RAISE(ABORT, 'killed'); END"
                )
            }
        }
    }

    private func mend() async throws {
        try await ledger.file.write { database in
            try database.execute(sql: "DROP TRIGGER temp.death_INSERT; DROP TRIGGER temp.death_UPDATE")
        }
    }

    private mutating func note(_ look: DueRun?, _ run: BackupRun?) async throws {
        guard let look else {
            let runs = try await ledger.backupRuns(of: job, limit: .max).count
            let skips = try await ledger.skippedBackups(of: job, limit: .max).count
            eras.append(Era(begun: now, settled: now, runs: runs, skips: skips))
            return
        }
        guard !eras.isEmpty else { return faults.append("it was looked at before it began") }
        eras[eras.count - 1].settled = max(look.settled, eras[eras.count - 1].settled)
        if look.run != nil, run == nil {
            eras[eras.count - 1].known += 1
            if eras.count == 1 { faults.append("a due time was taken for one that was run") }
        }
        if let run { running = run }
    }

    /// A run ends well, badly, later, or never.
    private mutating func endRun() async throws {
        guard let run = running, alive.contains(run.owner.processID), random.chance(3, of: 4) else { return }
        running = nil
        if random.chance(of: 3) {
            try await ledger.failBackup(run.id, with: ReportableError(.storeFailed, "full"), at: now)
        } else {
            try await ledger.succeedBackup(run.id, with: "set", at: now)
        }
    }

    /// Compares what was due with what the ledger has of it, era by era.
    private mutating func count() async throws {
        let runs = try await ledger.backupRuns(of: job, limit: .max).reversed().compactMap(\.due)
        let skips = Array(try await ledger.skippedBackups(of: job, limit: .max).reversed())
        if Set(runs).count != runs.count { faults.append("a due time was run twice") }
        for (number, era) in eras.enumerated() {
            let next = number + 1 < eras.count ? eras[number + 1] : nil
            let (ran, skipped) = (
                runs[era.runs..<(next?.runs ?? runs.count)], skips[era.skips..<(next?.skips ?? skips.count)]
            )
            try compare(era, Array(ran), Array(skipped))
        }
    }

    private mutating func compare(_ era: Era, _ ran: [Instant], _ skipped: [SkippedRuns]) throws {
        var times: [Instant] = []
        var next = schedule.next(after: era.begun)
        while let time = next, time <= era.settled {
            times.append(time)
            next = schedule.next(after: time)
        }
        let count = skipped.reduce(0) { $0 + $1.count }
        due += times.count
        self.ran += ran.count
        self.skipped += count
        if times.count != ran.count + count + era.known {
            faults.append("\(times.count) were due, \(ran.count) ran, \(count) were skipped, \(era.known) were known")
        }
        // Each due time is in one place only.
        for time in times where era.known == 0 {
            let places = ran.count { $0 == time } + skipped.count { $0.first <= time && time <= $0.last }
            if places != 1 { faults.append("\(time) is accounted for \(places) times") }
        }
    }
}

/// What a look has found; the ledger asks for it within its transaction, on its own queue.
private final class LastLook: Sendable {
    let due = Mutex<DueRun?>(nil)
}
