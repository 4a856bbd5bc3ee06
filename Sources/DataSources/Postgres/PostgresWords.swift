/// What a program of Postgres said, as far as it may be shown: a server repeats statements, and rows of data, in its
/// errors.
enum PostgresWords {
    private static let kinds = ["error: ", "ERROR: ", "FATAL: ", "PANIC: ", "warning: ", "HINT: "]
    private static let length = 240
    private static let count = 10

    /// The lines that name what is wrong, without the values in them.
    static func shown(_ lines: [String]) -> [String] {
        let wanted = lines.filter { line in
            kinds.contains { line.contains($0) } && !line.contains("SCRAM-SHA-256")
                && !line.uppercased().contains("PASSWORD '")
        }
        return wanted.suffix(count).map { String(withoutValue($0).prefix(length)) }
    }

    /// `invalid input syntax for type integer: "4711"` and `value "4711" is out of range`.
    private static func withoutValue(_ line: String) -> String {
        for mark in [": \"", "value \""] {
            guard let place = line.firstRange(of: mark) else { continue }
            return line[..<place.upperBound] + "…\""
        }
        return line
    }
}
