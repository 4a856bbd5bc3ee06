import FoundationEssentials
import StackModel

/// Moments as stores write them.
enum StoreTime {
    /// `20130524T000000Z`.
    static func compact(_ instant: Instant) -> String { text(of: instant).filter { $0 != "-" && $0 != ":" } }

    /// `2013-05-24T00:00:00Z`.
    static func text(of instant: Instant) -> String {
        Date(timeIntervalSince1970: Double(instant.milliseconds / 1000)).formatted(.iso8601)
    }

    /// Reads `2010-11-10T20:48:33Z`, with or without a fraction of the second.
    static func instant(_ text: String) -> Instant? {
        let whole = text.contains(".") ? text.prefix { $0 != "." } + "Z" : Substring(text)
        guard let date = try? Date(String(whole), strategy: .iso8601) else { return nil }
        return Instant(milliseconds: Int(date.timeIntervalSince1970 * 1000))
    }
}
