import Basics
import StackModel

/// Sizes, lengths of time and shares of processors as Compose writes them. All of them exact, or nil.
enum ComposeUnits {
    /// `512m`, `1.5gb`, `64MiB`, `1073741824`: Compose's units are binary, with or without an `i`.
    static func size(_ text: String) -> ByteCount? {
        let lower = text.lowercased().filter { !$0.isWhitespace }
        let digits = lower.prefix { $0.isNumber || $0 == "." }
        let shifts = ["": 0, "b": 0, "k": 10, "m": 20, "g": 30, "t": 40]
        var unit = String(lower.dropFirst(digits.count))
        if unit.count > 1, unit.hasSuffix("ib") { unit = String(unit.dropLast(2)) }
        if unit.count > 1, unit.hasSuffix("b") { unit = String(unit.dropLast()) }
        guard let shift = shifts[unit], let thousandths = thousandths(digits), thousandths < ((1 << 40) >> shift) * 1000
        else { return nil }
        let bytes = (thousandths << shift) / 1000
        return bytes > 0 ? ByteCount(bytes: bytes) : nil
    }

    /// `1m30s`, `500ms`, `10s`, `1.5s`; in old files also a number of seconds.
    static func time(_ text: String) -> TimeSpan? {
        var total = 0
        var rest = text[...]
        let units = ["ns": 0, "us": 0, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let value = thousandths(digits), let scale = units[unit.isEmpty ? "s" : String(unit)], scale > 0,
                value < 1 << 40
            else { return nil }
            total += value * scale / 1000
        }
        return text.isEmpty ? nil : TimeSpan(milliseconds: total)
    }

    /// `0.5`, `2`, `1.25`.
    static func cores(_ text: String) -> MilliCores? {
        guard let count = thousandths(text[...]), (1...1_000_000).contains(count) else { return nil }
        return MilliCores(thousandths: count)
    }

    /// A decimal number times a thousand; what is finer is cut off.
    private static func thousandths(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            text.contains(where: \.isNumber), parts[0].count <= 14
        else { return nil }
        let whole = parts[0].isEmpty ? 0 : Int(parts[0])
        let fraction = parts.count == 2 ? String((parts[1] + "000").prefix(3)) : "0"
        guard let whole, let fraction = Int(fraction) else { return nil }
        return whole * 1000 + fraction
    }
}
