import Basics
import StackModel
import TestKit
import Testing

@testable import Planning

@Suite("Due runs") struct DueRunTests {
    private static func hour(_ number: Double) -> Instant { Instant(milliseconds: Int(number * 3_600_000)) }

    private static func look(settled: Double, now: Double, isRunning: Bool = false) throws -> DueRun {
        DueRun(
            of: Schedule(try CronExpression("0 * * * *")),
            settled: hour(settled),
            now: hour(now),
            deadline: .seconds(1800),
            isRunning: isRunning
        )
    }

    @Test("what is due is run once, and what was missed is caught up at most once")
    func catchUp() throws {
        let nothing = try Self.look(settled: 1, now: 1.9)
        #expect(nothing.run == nil && nothing.skipped.isEmpty && nothing.next == Self.hour(2))
        let one = try Self.look(settled: 1.9, now: 2.1)
        #expect(one.run == Self.hour(2) && one.skipped.isEmpty && one.settled == Self.hour(2.1))
        let many = try Self.look(settled: 1, now: 9.2)
        #expect(many.run == Self.hour(9))
        #expect(many.skipped == [.init(count: 7, first: Self.hour(2), last: Self.hour(8), reason: .superseded)])
        let late = try Self.look(settled: 1, now: 9.7)
        #expect(late.run == nil && late.skipped.map(\.reason) == [.superseded, .tooLate])
        let busy = try Self.look(settled: 1, now: 2.1, isRunning: true)
        #expect(busy.skipped == [.init(count: 1, first: Self.hour(2), last: Self.hour(2), reason: .overlap)])
    }

    @Test("a clock that jumps back runs nothing twice")
    func clockBack() throws {
        let back = try Self.look(settled: 5.2, now: 3.9)
        #expect(back.run == nil && back.settled == Self.hour(5.2) && back.next == Self.hour(6))
        #expect(try Self.look(settled: back.settled.milliseconds.hours, now: 4.9).run == nil)
    }

    @Test("10,000 schedules, looked at now and then by clocks that jump: due is run or skipped, and nothing twice")
    func accounts() async throws {
        var random = SplitMix64(seed: 72)
        var (runs, skips) = (0, 0)
        for number in 0..<10_000 {
            // Tests that wait for programs share the two threads with this one.
            await Task.yield()
            let (text, expression) = RandomExpression.make(using: &random)
            let schedule = Schedule(expression, in: Zones.all[number % Zones.all.count])
            let start = Instant(milliseconds: 1_774_000_000_000 + Int.random(in: 0..<3_000_000_000, using: &random))
            let account = Self.account(of: schedule, from: start, using: &random)
            #expect(account.isEven, "\(text)")
            (runs, skips) = (runs + account.runs.count, skips + account.skipped)
        }
        #expect(runs > 12_000 && skips > 12_000)
    }

    private struct Account {
        var runs: [Instant] = []
        var skipped = 0
        var due = 0

        var isEven: Bool { due == runs.count + skipped && runs == Set(runs).sorted() }
    }

    /// Looks until about five times were due, at moments that are sometimes far apart and sometimes in the past.
    private static func account(of schedule: Schedule, from start: Instant, using random: inout SplitMix64) -> Account {
        var account = Account()
        var (settled, now) = (start, start)
        for _ in 0..<5 {
            guard let next = schedule.next(after: settled) else { break }
            let gap = random.pick([-7_200_000, 0, 1000, 90_000, 3_600_000, 20_000_000])
            now = Instant(milliseconds: max(next.milliseconds + gap, start.milliseconds))
            let look = DueRun(
                of: schedule,
                settled: settled,
                now: now,
                deadline: .seconds(3600),
                isRunning: random.chance(of: 5)
            )
            if let run = look.run { account.runs.append(run) }
            account.skipped += look.skipped.reduce(0) { $0 + $1.count }
            settled = look.settled
        }
        var next = schedule.next(after: start)
        while let time = next, time <= settled {
            account.due += 1
            next = schedule.next(after: time)
        }
        return account
    }

    @Test("jobs of the same time are spread by their names, always in the same way")
    func jitter() {
        let delays = (0..<1000).map { Jitter.delay(of: "shop/local/policy-\($0)", within: .seconds(600)) }
        #expect(delays.allSatisfy { (0..<600_000).contains($0.milliseconds) })
        #expect(Set(delays).count > 450)
        #expect(delays == (0..<1000).map { Jitter.delay(of: "shop/local/policy-\($0)", within: .seconds(600)) })
        #expect(Jitter.delay(of: "any", within: .seconds(0)) == .seconds(0))
    }
}

extension Int {
    fileprivate var hours: Double { Double(self) / 3_600_000 }
}
