/// A length of time in whole milliseconds, written with one unit: `500ms`, `3s`, `2m`, `24h`, `30d`, `4w`.
package struct TimeSpan: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let milliseconds: Int

    package init(milliseconds: Int) {
        self.milliseconds = milliseconds
    }

    package init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int(digits),
            let unit = Self.units.first(where: { $0.suffix == text.dropFirst(digits.count) })
        else { return nil }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
        guard !overflow else { return nil }
        self.milliseconds = milliseconds
    }

    package static func seconds(_ count: Int) -> TimeSpan { TimeSpan(milliseconds: count * 1000) }

    package var duration: Duration { .milliseconds(milliseconds) }
    package var seconds: Double { Double(milliseconds) / 1000 }

    /// The exact text, in the largest unit that needs no fraction.
    package var description: String {
        let unit = Self.units.first { milliseconds >= $0.milliseconds && milliseconds % $0.milliseconds == 0 }
        guard let unit else { return "\(milliseconds)ms" }
        return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
    }

    /// The text for a person who waits: `0.8 s`, `12.4 s`, `3 min 05 s`.
    package var spoken: String {
        guard milliseconds >= 100_000 else {
            let tenths = (milliseconds + 50) / 100
            return "\(tenths / 10).\(tenths % 10) s"
        }
        let seconds = (milliseconds + 500) / 1000
        let padded = seconds % 60 < 10 ? "0\(seconds % 60)" : "\(seconds % 60)"
        return "\(seconds / 60) min \(padded) s"
    }

    package static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.milliseconds < right.milliseconds }

    private static let units: [(suffix: String, milliseconds: Int)] = [
        ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60000), ("s", 1000), ("ms", 1),
    ]
}

extension TimeSpan: TextCodable {}
