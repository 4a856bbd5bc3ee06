import Basics

/// The longest pause between two runs of a schedule.
package enum CronGap {
    /// Nil for what is no schedule, or one that comes once in twelve years at most.
    package static func longest(of schedule: String) -> TimeSpan? {
        guard let cron = try? CronExpression(schedule) else { return nil }
        let times = cron.hours.flatMap { hour in cron.minutes.map { hour * 60 + $0 } }.sorted()
        let days = days(of: cron)
        guard let first = times.first, let last = times.last, days.count > 1 else { return nil }
        let within = zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? 0
        let between = zip(days, days.dropFirst()).map { ($1 - $0) * 1440 + first - last }.max() ?? 0
        return .seconds(max(within, between) * 60)
    }

    /// Those that match within twelve years, which hold leap days and every weekday of each date. The first is
    /// Saturday, the first of January 2000.
    private static func days(of cron: CronExpression) -> [Int] {
        var (found, number): ([Int], Int) = ([], 0)
        for year in 2000..<2012 {
            for month in 1...12 {
                for date in 1...length(of: month, year) {
                    if cron.matches(month: month, day: date, weekday: (number + 6) % 7) { found.append(number) }
                    number += 1
                }
            }
        }
        return found
    }

    private static func length(of month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
