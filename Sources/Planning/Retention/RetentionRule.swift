import StackModel

/// A rule that keeps the newest set of each of so many periods; `last` keeps so many sets.
package enum RetentionRule: String, Hashable, Sendable, CaseIterable {
    case last, hourly, daily, weekly, monthly, yearly

    func count(in keep: Retention) -> Int? {
        switch self {
        case .last: keep.last
        case .hourly: keep.hourly
        case .daily: keep.daily
        case .weekly: keep.weekly
        case .monthly: keep.monthly
        case .yearly: keep.yearly
        }
    }

    /// The number of the period that a moment is in. Weeks begin on Monday, as those of ISO 8601 do; an hour that the
    /// clocks come to twice is one.
    func period(of instant: Instant, _ zone: ClockZone) -> Int {
        let time = zone.civilTime(at: instant)
        return switch self {
        case .last: instant.milliseconds
        case .hourly: time.dayNumber * 24 + time.hour
        case .daily: time.dayNumber
        // 1970-01-01 was a Thursday.
        case .weekly: (time.dayNumber + 3).flooredQuotient(7)
        case .monthly: time.year * 12 + time.month
        case .yearly: time.year
        }
    }
}
