@testable import Planning

/// Zones as they were or are, from a rule in place of the database.
enum Zones {
    static let all = [ClockZone.utc, berlin, lordHowe, newYork, apia, kathmandu]

    /// One hour ahead, two between the last Sundays of March and October, changed at 01:00 UTC.
    static let berlin = ClockZone(name: "Europe/Berlin") { second in
        let year = CivilTime(wallSeconds: second).year
        return (change(last: 3, year, hour: 1)..<change(last: 10, year, hour: 1)).contains(second) ? 7200 : 3600
    }

    /// Half an hour of daylight saving, over the turn of the year: from the first Sunday of October to that of April.
    static let lordHowe = ClockZone(name: "Australia/Lord_Howe") { second in
        let year = CivilTime(wallSeconds: second).year
        let winter = (change(first: 4, year) - 11 * 3600 + 2 * 3600)..<(change(first: 10, year) - 37_800 + 2 * 3600)
        return winter.contains(second) ? 37_800 : 39_600
    }

    /// Five hours behind, four between the second Sunday of March and the first of November, changed at 02:00.
    static let newYork = ClockZone(name: "America/New_York") { second in
        let year = CivilTime(wallSeconds: second).year
        let summer = (change(first: 3, year) + 7 * 86_400 + 7 * 3600)..<(change(first: 11, year) + 6 * 3600)
        return summer.contains(second) ? -14_400 : -18_000
    }

    /// Left out Friday, 30 December 2011, on its way over the date line.
    static let apia = ClockZone(name: "Pacific/Apia") { $0 < 1_325_239_200 ? -36_000 : 50_400 }

    static let kathmandu = ClockZone(name: "Asia/Kathmandu") { _ in 20_700 }

    private static func change(last month: Int, _ year: Int, hour: Int) -> Int {
        var day = CivilTime(wallSeconds: 0)
        (day.year, day.month, day.day) = (year, month, 31)
        return (day.dayNumber - day.weekday) * 86_400 + hour * 3600
    }

    private static func change(first month: Int, _ year: Int) -> Int {
        var day = CivilTime(wallSeconds: 0)
        (day.year, day.month) = (year, month)
        return (day.dayNumber + (7 - day.weekday) % 7) * 86_400
    }
}
