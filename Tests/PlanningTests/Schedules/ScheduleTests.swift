import Basics
import StackModel
import TestKit
import Testing

@testable import Planning

@Suite("Schedules") struct ScheduleTests {
    private static func second(_ text: String, zone: ClockZone = .utc) -> Int {
        let parts = text.split { "- :".contains($0) }.compactMap { Int($0) }
        var time = CivilTime(wallSeconds: 0)
        (time.year, time.month, time.day, time.hour, time.minute) = (parts[0], parts[1], parts[2], parts[3], parts[4])
        return zone.firstSecond(atWallSecond: time.wallSeconds)
    }

    private static func text(_ instant: Instant) -> String {
        let time = CivilTime(wallSeconds: instant.milliseconds / 1000)
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(time.year)-\(padded(time.month))-\(padded(time.day)) \(padded(time.hour)):\(padded(time.minute))"
    }

    /// The next times after one, all in UTC.
    private static func next(_ count: Int, of text: String, after: String, in zone: ClockZone = .utc) throws -> [String]
    {
        let schedule = Schedule(try CronExpression(text), in: zone)
        var times: [Instant] = [Instant(milliseconds: second(after) * 1000)]
        while times.count <= count, let next = times.last.flatMap({ schedule.next(after: $0) }) { times.append(next) }
        return times.dropFirst().map(Self.text)
    }

    @Test("the next times are those that cron finds")
    func plain() throws {
        #expect(
            try Self.next(3, of: "0 2 * * *", after: "2026-02-27 02:00")
                == ["2026-02-28 02:00", "2026-03-01 02:00", "2026-03-02 02:00"]
        )
        let minutes = try Self.next(2, of: "*/40 * * * *", after: "2026-01-01 23:30")
        #expect(minutes == ["2026-01-01 23:40", "2026-01-02 00:00"])
        let leapDays = try Self.next(2, of: "0 0 29 2 *", after: "2026-01-01 00:00")
        #expect(leapDays == ["2028-02-29 00:00", "2032-02-29 00:00"])
        #expect(
            try Self.next(3, of: "0 0 13 * fri", after: "2026-11-06 00:00")
                == ["2026-11-13 00:00", "2026-11-20 00:00", "2026-11-27 00:00"]
        )
        #expect(try Self.next(1, of: "0 0 * 2 7", after: "2026-02-22 00:00") == ["2027-02-07 00:00"])
        let never = try Self.next(1, of: "* * 29 2 */7", after: "2028-02-29 23:59")
        #expect(never == ["2032-02-29 00:00"], "only 29 February that is a Sunday")
    }

    @Test("a time of day that the clocks jump over is due at once, one that comes twice is due once")
    func timesOfDay() throws {
        // Berlin, 2026-03-29: 02:00 to 03:00 at 01:00 UTC; 2026-10-25: 03:00 to 02:00 at 01:00 UTC.
        #expect(
            try Self.next(3, of: "30 2 * * *", after: "2026-03-28 00:00", in: Zones.berlin)
                == ["2026-03-28 01:30", "2026-03-29 01:00", "2026-03-30 00:30"]
        )
        #expect(
            try Self.next(3, of: "30 2 * * *", after: "2026-10-24 12:00", in: Zones.berlin)
                == ["2026-10-25 00:30", "2026-10-26 01:30", "2026-10-27 01:30"]
        )
        // Apia had no 30 December 2011: what was due on it is due when the 31st begins.
        #expect(
            try Self.next(3, of: "0 12 * * *", after: "2011-12-29 12:00", in: Zones.apia)
                == ["2011-12-29 22:00", "2011-12-30 10:00", "2011-12-30 22:00"]
        )
    }

    @Test("what follows the clock is due whenever the clocks show it")
    func clocks() throws {
        #expect(
            try Self.next(3, of: "30 * * * *", after: "2026-10-24 23:30", in: Zones.berlin)
                == ["2026-10-25 00:30", "2026-10-25 01:30", "2026-10-25 02:30"]
        )
        #expect(
            try Self.next(2, of: "*/30 2 * * *", after: "2026-03-28 12:00", in: Zones.berlin)
                == ["2026-03-30 00:00", "2026-03-30 00:30"]
        )
    }

    /// A second way to say it: walk through the minutes and remember the latest time that the clocks have shown.
    private static func walked(_ schedule: Schedule, _ range: Range<Int>) -> [Int] {
        var latest = schedule.zone.civilTime(atSecond: range.lowerBound - 60).wallSeconds
        return stride(from: range.lowerBound, to: range.upperBound, by: 60).filter { second in
            let shown = schedule.zone.civilTime(atSecond: second).wallSeconds
            defer { latest = max(latest, shown) }
            if schedule.expression.followsClock { return isMeant(shown, by: schedule.expression) }
            return stride(from: latest + 60, through: shown, by: 60).contains { isMeant($0, by: schedule.expression) }
        }
    }

    private static func isMeant(_ wall: Int, by expression: CronExpression) -> Bool {
        let time = CivilTime(wallSeconds: wall)
        return expression.minutes.contains(time.minute) && expression.hours.contains(time.hour)
            && expression.matches(month: time.month, day: time.day, weekday: time.weekday)
    }

    @Test("a walk through all minutes around changes of the clock finds the same times")
    func agreesWithWalk() throws {
        var random = SplitMix64(seed: 71)
        let changes = [
            "2026-03-29 00:00", "2026-10-25 00:00", "2026-04-04 00:00", "2026-10-03 00:00", "2011-12-30 00:00",
        ]
        var found = 0
        for number in 0..<600 {
            let (text, expression) = RandomExpression.make(using: &random)
            let zone = Zones.all[number % Zones.all.count]
            let schedule = Schedule(expression, in: zone)
            let middle = Self.second(changes[number / Zones.all.count % changes.count])
            let range = (middle - 2 * 86_400)..<(middle + 3 * 86_400)
            var times: [Int] = []
            var next = schedule.next(after: Instant(milliseconds: range.lowerBound * 1000 - 1))
            while let time = next, time.milliseconds / 1000 < range.upperBound {
                times.append(time.milliseconds / 1000)
                next = schedule.next(after: time)
            }
            let walked = Self.walked(schedule, range)
            #expect(times == walked, "\(text) in \(zone.name)")
            found += walked.count
        }
        #expect(found > 8_000)
    }
}
