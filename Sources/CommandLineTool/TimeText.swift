import Basics
import FoundationEssentials
import StackModel

/// Moments as people read them.
enum TimeText {
    /// `2026-11-21 08:15:02Z`
    static func stamp(_ instant: Instant) -> String {
        Date(timeIntervalSince1970: Double(instant.milliseconds / 1000))
            .formatted(.iso8601.year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: false))
            + "Z"
    }

    /// `12 s`, `5 min`, `3 h`, `8 d`
    static func age(_ instant: Instant, at now: Instant) -> String {
        let seconds = instant.elapsed(until: now).milliseconds / 1000
        switch seconds {
        case ..<120: return "\(seconds) s"
        case ..<7200: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3600) h"
        default: return "\(seconds / 86400) d"
        }
    }

    /// Accepts `10m`, `2h` before `now`, `2026-11-21T08:15:02Z`, the same with a fraction, or a moment as `stamp`
    /// writes it.
    static func parse(_ text: String, now: Instant) throws(ReportableError) -> Instant {
        if let span = TimeSpan(text) { return Instant(milliseconds: now.milliseconds - span.milliseconds) }
        let words = text.replacing(" ", with: "T", maxReplacements: 1)
        let exact = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        if let date = (try? Date(words, strategy: .iso8601)) ?? (try? Date(words, strategy: exact)) {
            return Instant(milliseconds: Int((date.timeIntervalSince1970 * 1000).rounded()))
        }
        throw ReportableError(
            .usage,
            "\"\(text)\" is neither a length of time nor a moment",
            hint: "Write 10m, 2h or 2026-11-21T08:15:02Z."
        )
    }
}
