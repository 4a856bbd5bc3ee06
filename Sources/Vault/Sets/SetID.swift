import Basics
import StackModel

/// The sets that one policy of a deployed stack makes, one after the other: `shop/local/redis-hourly`.
package struct SetSeries: TextCodable, Hashable, Comparable, Sendable {
    package let stack: StackID
    package let policy: PolicyName

    package init(_ stack: StackID, _ policy: PolicyName) {
        self.stack = stack
        self.policy = policy
    }

    package init?(_ text: String) {
        let words = text.split(separator: "/", omittingEmptySubsequences: false)
        guard words.count == 3, let stack = StackID("\(words[0])/\(words[1])"),
            let policy = PolicyName(String(words[2]))
        else { return nil }
        self.init(stack, policy)
    }

    package var description: String { "\(stack)/\(policy)" }
    package static func < (left: SetSeries, right: SetSeries) -> Bool { left.description < right.description }
}

/// One backup set: `shop/local/redis-hourly/20261121T142003Z-000017`. Its number grows within the series and says what came
/// after what, also where clocks were set back; the second it was begun in is for people.
package struct SetID: TextCodable, Hashable, Comparable, Sendable {
    package static let sequences = 1...999_999_999

    package let series: SetSeries
    /// In whole seconds.
    package let begun: VaultTime
    package let sequence: Int

    /// nil when the number is none of a set.
    package init?(_ series: SetSeries, begun: Instant, sequence: Int) {
        guard Self.sequences.contains(sequence) else { return nil }
        self.series = series
        let second = VaultTime(begun).instant.milliseconds / 1000
        self.begun = VaultTime(Instant(milliseconds: second * 1000))
        self.sequence = sequence
    }

    package init?(_ text: String) {
        guard let slash = text.lastIndex(of: "/"), let series = SetSeries(String(text[..<slash])) else { return nil }
        let word = text[text.index(after: slash)...]
        guard let dash = word.lastIndex(of: "-"), let begun = VaultTime(stamp: word[..<dash]),
            let sequence = Int(word[word.index(after: dash)...])
        else { return nil }
        self.init(series, begun: begun.instant, sequence: sequence)
        // `+17` and `17` are no numbers of sets: what is written is read back as it stands.
        guard description == text else { return nil }
    }

    package var description: String {
        let digits = String(sequence)
        return "\(series)/\(begun.stamp)-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits)"
    }

    package static func < (left: SetID, right: SetID) -> Bool {
        (left.series, left.sequence, left.begun) < (right.series, right.sequence, right.begun)
    }
}
