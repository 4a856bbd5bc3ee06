import Basics
import FoundationEssentials
import StackModel

/// A moment as the files of a vault write it, in UTC: `2026-11-21T14:20:03.123Z`.
package struct VaultTime: TextCodable, Hashable, Comparable, Sendable {
    package let instant: Instant

    /// What four digits of a year can say; moments beyond are moved to the nearest end.
    private static let range = 0...253_402_300_799_999

    package init(_ instant: Instant) {
        self.instant = Instant(
            milliseconds: min(max(instant.milliseconds, Self.range.lowerBound), Self.range.upperBound)
        )
    }

    package init?(_ text: String) {
        guard text.utf8.count == 24, text.hasSuffix("Z"), let milliseconds = Int(text.dropLast().suffix(3)),
            let date = try? Date("\(text.prefix(19))Z", strategy: .iso8601)
        else { return nil }
        self.init(Instant(milliseconds: Int(date.timeIntervalSince1970.rounded()) * 1000 + milliseconds))
        // Also what is nearly a moment, the 31st of February, would be read as one.
        guard description == text else { return nil }
    }

    package var description: String {
        let milliseconds = String(instant.milliseconds % 1000)
        let padding = String(repeating: "0", count: 3 - milliseconds.count)
        return "\(seconds.dropLast()).\(padding)\(milliseconds)Z"
    }

    /// The second it is in, as a part of a name: `20261121T142003Z`.
    package var stamp: String { seconds.filter { $0 != "-" && $0 != ":" } }

    package static func < (left: VaultTime, right: VaultTime) -> Bool { left.instant < right.instant }

    private var seconds: String {
        Date(timeIntervalSince1970: Double(instant.milliseconds / 1000)).formatted(.iso8601)
    }
}

extension VaultTime {
    /// Reads `stamp` back.
    init?(stamp: some StringProtocol) {
        let digits = Array(stamp.utf8)
        guard digits.count == 16 else { return nil }
        func part(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
        let day = "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))"
        self.init("\(day)T\(part(9..<11)):\(part(11..<13)):\(part(13..<15)).000Z")
        guard self.stamp == stamp else { return nil }
    }
}
