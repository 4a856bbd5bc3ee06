import Basics

/// The five fields of cron as Vixie cron reads them: minute, hour, day of the month, month, day of the week.
package struct CronExpression: Hashable, Sendable {
    package struct Problem: Error {
        /// Goes on after the key: "has 4 fields, and cron has five".
        package let message: String
        /// The part of the text it is about.
        package let word: String?
        package let help: String?
    }

    package let minutes: Set<Int>
    package let hours: Set<Int>
    package let daysOfMonth: Set<Int>
    package let months: Set<Int>
    /// 0 is Sunday, and 7 is not used.
    package let weekdays: Set<Int>
    /// The fields that begin with a star, in their order.
    private let stars: [Bool]

    /// The minute or the hour begins with a star: it follows the clock through a change of it. Any other job is meant for
    /// a time of day, which comes once a day.
    package var followsClock: Bool { stars[0] || stars[1] }

    /// Whether a day is one of its days. Where both kinds of days are given, either suffices; a star gives none.
    package func matches(month: Int, day: Int, weekday: Int) -> Bool {
        guard months.contains(month) else { return false }
        let (isDay, isWeekday) = (daysOfMonth.contains(day), weekdays.contains(weekday))
        return stars[2] || stars[4] ? isDay && isWeekday : isDay || isWeekday
    }

    package init(_ text: String) throws(Problem) {
        let words = text.split { $0 == " " || $0 == "\t" }.map(String.init)
        guard words.count == Self.fields.count else { throw Self.wrongCount(words.count, in: text) }
        var values: [Set<Int>] = []
        for (field, word) in zip(Self.fields, words) {
            switch Self.values(of: field, in: word) {
            case .success(let set): values.append(set)
            case .failure(let refusal):
                throw Problem(
                    message: "has \(word.abridged) for the \(field.name): \(refusal.reason)",
                    word: word,
                    help: Self.help(for: field)
                )
            }
        }
        if let problem = Self.impossibleDate(values, words) { throw problem }
        (minutes, hours, daysOfMonth, months) = (values[0], values[1], values[2], values[3])
        weekdays = Set(values[4].map { $0 % 7 })
        stars = words.map { $0.hasPrefix("*") }
    }

    private static func wrongCount(_ count: Int, in text: String) -> Problem {
        let help =
            nicknames[text].map { "Write \"\($0)\"." }
            ?? "They are minute, hour, day of the month, month and day of the week, as in \"0 2 * * *\"."
        let message = "has \(count) field\(count == 1 ? "" : "s"), and cron has five"
        return Problem(message: message, word: nil, help: help)
    }

    private struct Field {
        let name: String
        let range: ClosedRange<Int>
        var words: [String] = []
        /// The number of the first word.
        var firstWord = 0
    }

    private static let fields = [
        Field(name: "minute", range: 0...59),
        Field(name: "hour", range: 0...23),
        Field(name: "day of the month", range: 1...31),
        Field(
            name: "month",
            range: 1...12,
            words: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
            firstWord: 1
        ),
        Field(name: "day of the week", range: 0...7, words: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ]

    private static let nicknames = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]

    private struct Refusal: Error {
        let reason: String
    }

    private static func values(of field: Field, in word: String) -> Result<Set<Int>, Refusal> {
        var values: Set<Int> = []
        for part in word.split(separator: ",", omittingEmptySubsequences: false) {
            switch range(of: field, in: String(part)) {
            case .success(let numbers): values.formUnion(numbers)
            case .failure(let refusal): return .failure(refusal)
            }
        }
        return .success(values)
    }

    /// One of `*`, `5`, `mon`, `1-5`, `*/10`, `1-30/2`.
    private static func range(of field: Field, in part: String) -> Result<Set<Int>, Refusal> {
        let halves = part.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard halves.count <= 2, let base = halves.first, !base.isEmpty else {
            return .failure(Refusal(reason: part.isEmpty ? "an item is missing" : "\(part) is not a range with a step"))
        }
        let ends = base.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        var step = 1
        if halves.count == 2 {
            guard let number = digits(halves[1]), number > 0 else {
                return .failure(
                    Refusal(
                        reason: "the step \(halves[1].isEmpty ? "is missing" : "\(halves[1]) is not a number from 1")"
                    )
                )
            }
            guard base == "*" || ends.count == 2 else {
                return .failure(
                    Refusal(reason: "a step needs a range or *, as in \(base)-\(field.range.upperBound)/\(number)")
                )
            }
            step = number
        }
        guard base != "*" else {
            return .success(Set(stride(from: field.range.lowerBound, through: field.range.upperBound, by: step)))
        }
        let numbers = ends.map { number($0, of: field) }
        if let bad = zip(ends, numbers).first(where: { $0.1 == nil }) {
            return .failure(
                Refusal(reason: bad.0.isEmpty ? "an end of the range is missing" : "there is no \(field.name) \(bad.0)")
            )
        }
        let known = numbers.compactMap { $0 }
        guard (1...2).contains(known.count), let first = known.first, let last = known.last else {
            return .failure(Refusal(reason: "\(base) is not a range"))
        }
        guard first <= last else { return .failure(Refusal(reason: "the range \(base) runs backwards")) }
        return .success(Set(stride(from: first, through: last, by: step)))
    }

    private static func number(_ text: String, of field: Field) -> Int? {
        if let word = field.words.firstIndex(of: text.lowercased()) { return word + field.firstWord }
        guard let number = digits(text), field.range.contains(number) else { return nil }
        return number
    }

    private static func digits(_ text: String) -> Int? {
        (1...4).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
    }

    private static func help(for field: Field) -> String {
        let words = field.words.isEmpty ? "" : ", or \(field.words[0]) to \(field.words[field.words.count - 1])"
        return "The \(field.name) is \(field.range.lowerBound) to \(field.range.upperBound)\(words)."
    }

    /// Cron joins the two days by "or" unless one of them is `*`, so only a day without a weekday can be impossible.
    private static func impossibleDate(_ values: [Set<Int>], _ words: [String]) -> Problem? {
        guard words[4].hasPrefix("*"), let earliest = values[2].min() else { return nil }
        let longest = values[3].map { [2: 29, 4: 30, 6: 30, 9: 30, 11: 30][$0] ?? 31 }.max() ?? 0
        guard earliest > longest else { return nil }
        return Problem(
            message: "never comes: no month \(words[3]) has a day \(words[2])",
            word: "\(words[2]) \(words[3])",
            help: "The last day of that month is \(longest)."
        )
    }
}
