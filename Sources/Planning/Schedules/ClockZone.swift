import StackModel

/// How far the clocks of a place are ahead of UTC, at each moment: the database of time zones as a value.
package struct ClockZone: Sendable {
    /// As in the database: `Europe/Berlin`.
    package let name: String
    /// Seconds ahead of UTC, by seconds since 1970-01-01 UTC. Changes at most once in two days.
    private let offset: @Sendable (Int) -> Int

    package init(name: String, offset: @escaping @Sendable (Int) -> Int) {
        self.name = name
        self.offset = offset
    }

    package static let utc = ClockZone(name: "UTC") { _ in 0 }

    /// What the clocks show.
    func civilTime(at instant: Instant) -> CivilTime {
        civilTime(atSecond: instant.milliseconds.flooredQuotient(1000))
    }

    func civilTime(atSecond second: Int) -> CivilTime { CivilTime(wallSeconds: second + offset(second)) }

    /// The first second at which the clocks show this time or, where they jump over it, a later one.
    func firstSecond(atWallSecond wall: Int) -> Int {
        let (earlier, later) = (wall - offset(wall - 86_400), wall - offset(wall + 86_400))
        let shown = [earlier, later].filter { $0 + offset($0) == wall }
        if let first = shown.min() { return first }
        var (before, after) = (min(earlier, later) - 86_400, max(earlier, later) + 86_400)
        while after - before > 1 {
            let middle = before + (after - before) / 2
            if middle + offset(middle) < wall { before = middle } else { after = middle }
        }
        return after
    }
}
