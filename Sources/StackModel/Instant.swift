import Basics

/// A moment of wall-clock time in whole milliseconds since 1970-01-01 UTC. Enters the core as a value, never as a call.
package struct Instant: Hashable, Sendable, Codable, Comparable {
    package let milliseconds: Int

    package init(milliseconds: Int) { self.milliseconds = milliseconds }

    package init(from decoder: any Decoder) throws {
        self.milliseconds = try decoder.singleValueContainer().decode(Int.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    package static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    /// Never negative: a clock that jumped back gives zero.
    package func elapsed(until later: Instant) -> TimeSpan {
        TimeSpan(milliseconds: max(0, later.milliseconds - milliseconds))
    }
}
