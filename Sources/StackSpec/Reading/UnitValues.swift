import Basics
import StackModel

extension ValueType where Value == TimeSpan {
    /// A length of time; longer than nothing unless `zero` is allowed. Whatever waits or computes with it can count on
    /// its being at most a century.
    static func timeSpan(zero: Bool = false, atMost limit: TimeSpan? = nil) -> ValueType {
        let words = "a duration such as 500ms, 30s, 5m, 24h or 7d"
        let longest = limit ?? century
        let plain = written(words, pattern: durationPattern, repair: repaired, help: units)
        let shape = Shape.text(pattern: durationPattern, words: limit.map { "a duration, at most \($0)" } ?? words)
        return ValueType(shape: shape) { node, key, reading in
            guard let span = plain.read(node, key, reading) else { return nil }
            guard span.milliseconds > 0 || zero else {
                return reading.refuse(node, key, wanted: "longer than nothing")
            }
            return span <= longest ? span : reading.refuse(node, key, wanted: "at most \(longest)")
        }
    }

    static var timeSpan: ValueType { timeSpan() }

    private static let durationPattern = "^[0-9]+(ms|s|m|h|d|w)$"
    private static let century = TimeSpan.seconds(36500 * 86400)

    @Sendable private static func units(_ text: String) -> String? {
        guard !text.isEmpty, text.allSatisfy(\.isNumber) else { return nil }
        return "Add a unit: \(text)ms, \(text)s, \(text)m, \(text)h or \(text)d."
    }

    @Sendable private static func repaired(_ text: String) -> String? {
        let word = text.lowercased().filter { !$0.isWhitespace }
        let digits = word.prefix { $0.isNumber }
        switch word.dropFirst(digits.count) {
        case "sec", "secs", "second", "seconds": return "\(digits)s"
        case "min", "mins", "minute", "minutes": return "\(digits)m"
        case "hr", "hrs", "hour", "hours": return "\(digits)h"
        case "day", "days": return "\(digits)d"
        case "week", "weeks": return "\(digits)w"
        case "y", "year", "years": return Int(digits).map { "\($0.multipliedReportingOverflow(by: 365).partialValue)d" }
        default: return word
        }
    }
}

extension ValueType where Value == ByteCount {
    /// A size of at least `minimum`.
    static func size(atLeast minimum: ByteCount) -> ValueType {
        let words = "a size such as 512MiB or 10GiB"
        let plain = written(words, pattern: "^[0-9]+(B|KiB|MiB|GiB|TiB)$", repair: repaired)
        return ValueType(shape: plain.shape) { node, key, reading in
            guard let size = plain.read(node, key, reading) else { return nil }
            return size >= minimum ? size : reading.refuse(node, key, wanted: "at least \(minimum)")
        }
    }

    @Sendable private static func repaired(_ text: String) -> String? {
        let word = text.uppercased().filter { !$0.isWhitespace }
        let digits = word.prefix { $0.isNumber }
        let units = ["K": "KiB", "M": "MiB", "G": "GiB", "T": "TiB"]
        guard let letter = word.dropFirst(digits.count).first else { return "\(digits)MiB" }
        guard let unit = units[String(letter)] else { return nil }
        return "\(digits)\(unit)"
    }
}

extension ValueType where Value == MilliCores {
    static var cores: ValueType {
        let plain = written("a share of processors such as 500m or 2", pattern: "^[0-9]+m?$", repair: repaired)
        return ValueType(shape: .either(plain.shape, .integer(1...1_000_000)), read: plain.read)
    }

    @Sendable private static func repaired(_ text: String) -> String? {
        guard let cores = Double(text), cores > 0, cores < 1000 else { return nil }
        return "\(Int((cores * 1000).rounded()))m"
    }
}

extension ValueType where Value == Percent {
    static func percent(_ range: ClosedRange<Int> = 0...100_000, _ limits: String) -> ValueType {
        let plain = written(
            "a percentage such as 70%",
            pattern: "^[0-9]+(\\.[0-9]{1,3})?%$",
            repair: { $0.hasSuffix("%") ? nil : "\($0)%" }
        )
        return ValueType(shape: plain.shape) { node, key, reading in
            guard let percent = plain.read(node, key, reading) else { return nil }
            return range.contains(percent.thousandths) ? percent : reading.refuse(node, key, wanted: limits)
        }
    }
}

extension ValueType where Value == ReplicaBound {
    static var bound: ValueType {
        let plain = written(
            "a number of replicas or a share of them such as 1 or 25%",
            pattern: "^[0-9]+(\\.[0-9]{1,3})?%?$"
        )
        return ValueType(shape: .either(plain.shape, .integer(0...1000))) { node, key, reading in
            guard let bound = plain.read(node, key, reading) else { return nil }
            if case .count(let count) = bound, count > 1000 {
                return reading.refuse(node, key, wanted: "at most 1000")
            }
            return bound
        }
    }
}
