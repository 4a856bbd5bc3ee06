import Basics
import StackModel
import TestKit
import Testing

@testable import Planning

@Suite("Retention") struct RetentionPlanTests {
    private static let day = 86_400_000

    private static func daily(_ count: Int, state: RetainedSet.State = .committed) -> [RetainedSet] {
        (0..<count).map { RetainedSet(id: "day-\($0)", at: Instant(milliseconds: $0 * day), state: state) }
    }

    private static func kept(_ sets: [RetainedSet], _ keep: Retention, now: Int = 400) -> [String] {
        RetentionPlan(sets, keep: keep, now: Instant(milliseconds: now * day)).verdicts.filter(\.isKept).map(\.set.id)
    }

    @Test("each rule keeps the newest set of so many periods, and periods without a set cost nothing")
    func rules() {
        #expect(Self.kept(Self.daily(10), Retention(last: 3)) == ["day-9", "day-8", "day-7"])
        let gaps = Self.daily(40).filter { ![38, 37, 36].contains($0.at.milliseconds / Self.day) }
        #expect(Self.kept(gaps, Retention(daily: 3)) == ["day-39", "day-35", "day-34"])
        // 1970-02-09 is a Monday and day 39.
        #expect(Self.kept(Self.daily(40), Retention(weekly: 2)) == ["day-39", "day-38"])
        #expect(Self.kept(Self.daily(70), Retention(monthly: 2)) == ["day-69", "day-58"])
        #expect(Self.kept(Self.daily(10), Retention(within: .seconds(2 * 86_400))) == ["day-9", "day-8", "day-7"])
        #expect(Self.kept(Self.daily(3), Retention()).count == 3)
    }

    @Test("a young history keeps its oldest set until the rule is full")
    func filling() {
        let plan = RetentionPlan(Self.daily(20), keep: Retention(monthly: 3), now: Instant(milliseconds: 20 * Self.day))
        #expect(plan.verdicts.last?.reasons == [.filling(.monthly)])
        #expect(plan.deletions.count == 18 && plan.deletions.first?.id == "day-1")
    }

    @Test("what is unfinished, from the future, pinned or held stays and fills no place")
    func exceptions() {
        var sets = Self.daily(6)
        sets[5] = RetainedSet(id: "future", at: Instant(milliseconds: 500 * Self.day), state: .proven)
        sets[4] = RetainedSet(id: "captured", at: sets[4].at, state: .captured)
        sets[1] = RetainedSet(id: "pinned", at: sets[1].at, state: .committed, isPinned: true)
        sets[0] = RetainedSet(
            id: "held",
            at: sets[0].at,
            state: .committed,
            heldUntil: Instant(milliseconds: 401 * Self.day)
        )
        #expect(Self.kept(sets, Retention(last: 1)) == ["future", "captured", "day-3", "pinned", "held"])
    }

    @Test("a damaged set stays as long as the rules would keep it, and takes no place from a sound one")
    func damaged() {
        let bad = ["day-5", "day-4", "day-1"]
        let sets = Self.daily(6).map { set in
            RetainedSet(id: set.id, at: set.at, state: .committed, isDamaged: bad.contains(set.id))
        }
        #expect(Self.kept(sets, Retention(last: 2)) == ["day-5", "day-4", "day-3", "day-2"])
        #expect(Self.kept(sets.reversed(), Retention(daily: 1)) == ["day-5", "day-3"])
    }

    @Test("the newest proven set stays, however old")
    func proven() {
        let sets = [RetainedSet(id: "proven", at: Instant(milliseconds: 0), state: .proven)] + Self.daily(9).dropFirst()
        #expect(Self.kept(sets, Retention(last: 2)) == ["day-8", "day-7", "proven"])
    }

    @Test("a damaged set does not stand for the newest proven one")
    func provenAndDamaged() {
        let sets = [
            RetainedSet(id: "sound", at: Instant(milliseconds: 0), state: .proven),
            RetainedSet(id: "damaged", at: Instant(milliseconds: Self.day), state: .proven, isDamaged: true),
        ]
        #expect(Self.kept(sets + Self.daily(9).dropFirst(2), Retention(last: 1)) == ["day-8", "damaged", "sound"])
    }

    @Test("10,000 histories: a second formulation agrees, and the last proven and the newest set are never deleted")
    func agrees() async {
        var random = SplitMix64(seed: 73)
        var (deleted, kept) = (0, 0)
        for _ in 0..<10_000 {
            // Tests that wait for programs share the two threads with this one.
            await Task.yield()
            let history = RandomHistory(using: &random)
            let plan = RetentionPlan(history.sets, keep: history.keep, now: history.now, zone: history.zone)
            let wanted = history.keptByDefinition
            #expect(Set(plan.verdicts.filter(\.isKept).map(\.set.id)) == wanted, "\(history)")
            let deletions = Set(plan.deletions.map(\.id))
            #expect(!history.protected.contains { deletions.contains($0) }, "\(history)")
            (deleted, kept) = (deleted + deletions.count, kept + wanted.count)
        }
        #expect(deleted > 50_000 && kept > 50_000)
    }

    @Test("what a run deletes, the next one would not have kept, and a second run deletes nothing more")
    func settles() {
        var random = SplitMix64(seed: 74)
        for _ in 0..<2000 {
            let history = RandomHistory(using: &random)
            let first = RetentionPlan(history.sets, keep: history.keep, now: history.now, zone: history.zone)
            let left = first.verdicts.filter(\.isKept).map(\.set)
            let second = RetentionPlan(left, keep: history.keep, now: history.now, zone: history.zone)
            #expect(second.deletions.isEmpty, "\(history)")
        }
    }
}
