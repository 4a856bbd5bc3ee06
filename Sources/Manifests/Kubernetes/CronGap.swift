import Basics

/// The longest pause between two runs of a schedule.
enum CronGap {
    /// Nil for what is no schedule of five fields, or one that never comes.
    static func longest(of schedule: String) -> TimeSpan? {
        let words = schedule.split(whereSeparator: \.isWhitespace).map { String($0).lowercased() }
        guard words.count == 5 else { return nil }
        let hours = values(words[1], 0...23)
        let times = hours.flatMap { hour in values(words[0], 0...59).map { hour * 60 + $0 } }.sorted()
        guard let first = times.first, let last = times.last else { return nil }
        let days = days(words)
        guard days.count > 1 else { return nil }
        let within = zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? 0
        let between = zip(days, days.dropFirst()).map { ($1 - $0) * 1440 + first - last }.max() ?? 0
        return .seconds(max(within, between) * 60)
    }

    /// Those that match within twelve years, which hold leap days and every weekday of each date. The first is
    /// Saturday, the first of January 2000.
    private static func days(_ words: [String]) -> [Int] {
        let (dates, months) = (Set(values(words[2], 1...31)), Set(values(words[3], 1...12, names: monthNames)))
        let weekdays = Set(values(words[4], 0...7, names: dayNames).map { $0 % 7 })
        // Cron joins the two by "or", unless one of them is every day.
        let needsBoth = words[2].hasPrefix("*") || words[4].hasPrefix("*")
        var (found, number): ([Int], Int) = ([], 0)
        for year in 2000..<2012 {
            for month in 1...12 {
                for date in 1...length(of: month, year) {
                    let (isDate, isWeekday) = (dates.contains(date), weekdays.contains((number + 6) % 7))
                    let matches = needsBoth ? isDate && isWeekday : isDate || isWeekday
                    if matches, months.contains(month) { found.append(number) }
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

    private static let dayNames = ["sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6]
    private static let monthNames = [
        "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
        "dec": 12,
    ]

    /// Of `*`, `5`, `1-5`, `*/10`, `1-30/2` and lists of these. What is none of them has no values.
    private static func values(_ word: String, _ range: ClosedRange<Int>, names: [String: Int] = [:]) -> [Int] {
        word.split(separator: ",").flatMap { part -> [Int] in
            let halves = part.split(separator: "/")
            let step = halves.count > 1 ? max(Int(halves[1]) ?? 1, 1) : 1
            guard let base = halves.first, base != "*" else {
                return Array(stride(from: range.lowerBound, through: range.upperBound, by: step))
            }
            let ends = base.split(separator: "-").compactMap { Int($0) ?? names[String($0)] }
            guard let first = ends.first, let last = ends.last else { return [] }
            return Array(stride(from: first, through: last, by: step)).filter(range.contains)
        }
    }
}
