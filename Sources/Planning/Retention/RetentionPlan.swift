import Basics
import StackModel

/// Which sets of a policy stay and which go, each with its reasons. Deletes nothing itself, so that a dry run is the same.
///
/// The rules are restic's: each counts on its own, the newest set of a period stands for it, periods without a set cost
/// nothing, and a set that one rule keeps is kept. They are stricter in three things: only committed sets count, and none that is known to be damaged, the
/// newest committed and the newest proven set are never deleted, and all days begin in one zone.
package struct RetentionPlan: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        case rule(RetentionRule)
        /// The oldest set stays while a rule has places left, so that a young history loses nothing.
        case filling(RetentionRule)
        case within(TimeSpan)
        case newest, newestProven, pinned
        case held(until: Instant)
        /// Not committed: it fills no place, and whoever makes it or cleans up after it decides.
        case unfinished
        /// The rules would keep it. It fills no place: another set is kept for it.
        case damaged
        /// From a clock that was ahead; it fills no place.
        case fromTheFuture
        /// The policy keeps everything, because it has no rule.
        case noRule
    }

    package struct Verdict: Hashable, Sendable {
        package let set: RetainedSet
        /// Empty: it goes.
        package let reasons: [Reason]

        package var isKept: Bool { !reasons.isEmpty }
    }

    /// Newest first.
    package let verdicts: [Verdict]

    /// Oldest first, so that what is interrupted has lost the least.
    package var deletions: [RetainedSet] { verdicts.filter { !$0.isKept }.map(\.set).reversed() }

    package init(_ sets: [RetainedSet], keep: Retention, now: Instant, zone: ClockZone = .utc) {
        let newestFirst = sets.sorted { ($0.at, $0.id) > ($1.at, $1.id) }
        let counted = newestFirst.filter { $0.state >= .committed && $0.at <= now }
        let sound = counted.filter { !$0.isDamaged }
        var reasons = Self.ruled(sound, keep, zone)
        let ruled = sound.count == counted.count ? [:] : Self.ruled(counted, keep, zone)
        for set in counted where set.isDamaged && ruled[set.id] != nil {
            reasons[set.id] = [.damaged]
        }
        for newest in Set([counted.first, sound.first].compactMap { $0 }) {
            reasons[newest.id, default: []].append(.newest)
        }
        // A proof of what is damaged since proves nothing any more: the sound one behind it stays, too.
        let proven = [counted, sound].compactMap { sets in sets.first { $0.state == .proven } }
        for newest in Set(proven) { reasons[newest.id, default: []].append(.newestProven) }
        verdicts = newestFirst.map { set in
            Verdict(set: set, reasons: (reasons[set.id] ?? []) + Self.ownReasons(of: set, now))
        }
    }

    private static func ownReasons(of set: RetainedSet, _ now: Instant) -> [Reason] {
        var reasons: [Reason] = []
        if set.isPinned { reasons.append(.pinned) }
        if let until = set.heldUntil, until > now { reasons.append(.held(until: until)) }
        if set.state < .committed { reasons.append(.unfinished) }
        if set.at > now { reasons.append(.fromTheFuture) }
        return reasons
    }

    /// By set, what the rules of the policy say.
    private static func ruled(_ sets: [RetainedSet], _ keep: Retention, _ zone: ClockZone) -> [String: [Reason]] {
        var reasons: [String: [Reason]] = [:]
        let rules = RetentionRule.allCases.compactMap { rule in
            rule.count(in: keep).flatMap { $0 > 0 ? (rule: rule, count: $0) : nil }
        }
        guard !rules.isEmpty || keep.within != nil else {
            for set in sets { reasons[set.id] = [.noRule] }
            return reasons
        }
        for (rule, count) in rules {
            for (id, reason) in places(rule, count, sets, zone) { reasons[id, default: []].append(reason) }
        }
        // By the newest set, not by the clock: when no backups are made any more, none goes.
        if let within = keep.within, let newest = sets.first {
            for set in sets where set.at.elapsed(until: newest.at) <= within {
                reasons[set.id, default: []].append(.within(within))
            }
        }
        return reasons
    }

    private static func places(
        _ rule: RetentionRule,
        _ count: Int,
        _ sets: [RetainedSet],
        _ zone: ClockZone
    ) -> [(String, Reason)] {
        var places: [(String, Reason)] = []
        var lastPeriod: Int?
        for set in sets where places.count < count {
            let period = rule.period(of: set.at, zone)
            guard period != lastPeriod || rule == .last else { continue }
            lastPeriod = period
            places.append((set.id, .rule(rule)))
        }
        if let oldest = sets.last, places.count < count, places.last?.0 != oldest.id {
            places.append((oldest.id, .filling(rule)))
        }
        return places
    }
}
