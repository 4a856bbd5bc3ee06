import Basics
import StackModel

/// When something is due: a cron expression, read by the clocks of a place as Vixie cron reads it.
///
/// A job that follows the clock (a star in its minute or hour) is due whenever the clocks show its time. Any other is
/// meant for a time of day and is due exactly once for it: at once when the clocks jump over the time, and not again when
/// they are turned back to it.
package struct Schedule: Sendable {
    /// The rarest date, 29 February on a weekday, comes again within forty years.
    private static let horizonDays = 41 * 366

    package let expression: CronExpression
    package let zone: ClockZone
    /// Minutes of a day, sorted.
    private let minutesOfDay: [Int]

    package init(_ expression: CronExpression, in zone: ClockZone = .utc) {
        self.expression = expression
        self.zone = zone
        let minutes = expression.minutes.sorted()
        minutesOfDay = expression.hours.sorted().flatMap { hour in minutes.map { hour * 60 + $0 } }
    }

    /// The first moment after this one at which it is due, a whole second; nil when there is none in forty years.
    package func next(after instant: Instant) -> Instant? {
        let second = instant.milliseconds.flooredQuotient(1000)
        let next = expression.followsClock ? nextOnClock(after: second) : nextTimeOfDay(after: second)
        return next.map { Instant(milliseconds: $0 * 1000) }
    }

    private func nextTimeOfDay(after second: Int) -> Int? {
        // What the clocks jumped over yesterday may be due today, where a whole day was left out.
        var day = zone.civilTime(atSecond: second).dayNumber - 1
        let last = day + Self.horizonDays
        while day <= last {
            let date = CivilTime(wallSeconds: day * 86_400)
            if isMeant(date), let due = firstTimeOfDay(on: day, after: second) { return due }
            // No month is shorter than 28 days.
            day += expression.months.contains(date.month) ? 1 : max(1, 29 - date.day)
        }
        return nil
    }

    private func firstTimeOfDay(on day: Int, after second: Int) -> Int? {
        let midnight = day * 86_400
        // Later times of day are never due earlier.
        let index = minutesOfDay.partition { zone.firstSecond(atWallSecond: midnight + $0 * 60) > second }
        guard index < minutesOfDay.count else { return nil }
        return zone.firstSecond(atWallSecond: midnight + minutesOfDay[index] * 60)
    }

    private func isMeant(_ date: CivilTime) -> Bool {
        expression.matches(month: date.month, day: date.day, weekday: date.weekday)
    }

    /// Looks at every minute but those that cannot be meant. Clocks are changed at full quarters of an hour, by four
    /// hours at most.
    private func nextOnClock(after second: Int) -> Int? {
        var second = (second.flooredQuotient(60) + 1) * 60
        let last = second + Self.horizonDays * 86_400
        while second <= last {
            let time = zone.civilTime(atSecond: second)
            if !isMeant(time) {
                let days = expression.months.contains(time.month) ? 1 : max(1, 29 - time.day)
                let quarters = (days * 24 - time.hour - 4) * 4
                second = (second.flooredQuotient(900) + max(1, quarters)) * 900
            } else if !expression.hours.contains(time.hour) {
                second = (second.flooredQuotient(900) + 1) * 900
            } else if !expression.minutes.contains(time.minute) {
                second += 60
            } else {
                return second
            }
        }
        return nil
    }
}

extension Array {
    /// The index of the first element for which this holds, where it holds for all after the first; the count when it
    /// holds for none.
    func partition(by holds: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
