import Basics
import Glibc
import StackModel
import TestKit

@testable import Planning

/// The sets of a policy after days of backups: some skipped, some failed, some proven, some by a clock that was wrong.
struct RandomHistory {
    let sets: [RetainedSet]
    let keep: Retention
    let now: Instant
    let zone: ClockZone

    init(using random: inout SplitMix64) {
        zone = random.pick(Zones.all)
        now = Instant(milliseconds: 1_770_000_000_000 + Int.random(in: 0..<40_000_000_000, using: &random))
        var time = now.milliseconds
        let step = random.pick([600_000, 3_600_000, 21_600_000, 86_400_000, 604_800_000])
        var sets: [RetainedSet] = []
        for number in 0..<Int.random(in: 0...60, using: &random) {
            time -= random.chance(of: 10) ? step * 9 : step
            // A clock that jumped.
            let jump = random.chance(of: 40) ? random.pick([-3, -1, 1, 3]) * step * 5 : 0
            sets.append(
                RetainedSet(
                    id: "\(number)",
                    at: Instant(milliseconds: time + jump),
                    state: random.pick(RetainedSet.State.allCases),
                    isPinned: random.chance(of: 30),
                    heldUntil: random.chance(of: 30)
                        ? Instant(milliseconds: now.milliseconds + random.pick([-1, 1]) * step) : nil,
                    isDamaged: random.chance(of: 8)
                )
            )
        }
        self.sets = sets.shuffled(using: &random)
        func count(_ random: inout SplitMix64) -> Int? {
            random.chance(of: 3) ? Int.random(in: 0...12, using: &random) : nil
        }
        keep = Retention(
            last: count(&random),
            hourly: count(&random),
            daily: count(&random),
            weekly: count(&random),
            monthly: count(&random),
            yearly: count(&random),
            within: random.chance(of: 5) ? TimeSpan(milliseconds: step * 7) : nil
        )
    }

    private var counted: [RetainedSet] { sets.filter { $0.state != .captured && $0.at <= now } }
    private var sound: [RetainedSet] { counted.filter { !$0.isDamaged } }

    private func newest(_ sets: [RetainedSet]) -> RetainedSet? { sets.max { ($0.at, $0.id) < ($1.at, $1.id) } }

    /// What may never be deleted, whatever the policy says: damaged sets aside, and with them.
    var protected: [String] {
        [counted, sound].flatMap { sets in [newest(sets), newest(sets.filter { $0.state == .proven })] }
            .compactMap { $0?.id }
    }

    /// Period by period in place of set by set, and periods by the C library's calendar in place of ours.
    var keptByDefinition: Set<String> {
        var kept = Set(protected)
        kept.formUnion(
            sets.filter {
                $0.state == .captured || $0.at > now || $0.isPinned || ($0.heldUntil.map { $0 > now } ?? false)
            }.map(\.id)
        )
        kept.formUnion(ruled(sound))
        let damaged = Set(counted.filter(\.isDamaged).map(\.id))
        return kept.union(ruled(counted).intersection(damaged))
    }

    /// What the rules keep where these sets are all that there is.
    private func ruled(_ sets: [RetainedSet]) -> Set<String> {
        let counts: [(Period, Int?)] = [
            (.hour, keep.hourly), (.day, keep.daily), (.week, keep.weekly), (.month, keep.monthly),
            (.year, keep.yearly),
        ]
        if (counts.map(\.1) + [keep.last]).allSatisfy({ ($0 ?? 0) == 0 }), keep.within == nil {
            return Set(sets.map(\.id))
        }
        let newestFirst = sets.sorted { ($0.at, $0.id) > ($1.at, $1.id) }
        var kept = Set(newestFirst.prefix(keep.last ?? 0).map(\.id))
        if let last = keep.last, last > sets.count, let oldest = newestFirst.last { kept.insert(oldest.id) }
        for (period, count) in counts {
            guard let count, count > 0 else { continue }
            let periods = Dictionary(grouping: newestFirst) { number(of: period, at: $0.at) }
            let standing = periods.values.compactMap { newest($0) }.sorted { ($0.at, $0.id) > ($1.at, $1.id) }
            kept.formUnion(standing.prefix(count).map(\.id))
            if standing.count < count, let oldest = newestFirst.last { kept.insert(oldest.id) }
        }
        if let within = keep.within, let latest = newestFirst.first {
            kept.formUnion(newestFirst.filter { $0.at.elapsed(until: latest.at) <= within }.map(\.id))
        }
        return kept
    }

    private enum Period { case hour, day, week, month, year }

    /// The same for all moments of a period, by what the clocks of the zone show.
    private func number(of period: Period, at instant: Instant) -> Int {
        var (second, time) = (time_t(zone.civilTime(at: instant).wallSeconds), tm())
        gmtime_r(&second, &time)
        let (year, day) = (Int(time.tm_year), Int(time.tm_yday))
        switch period {
        case .hour: return (year * 366 + day) * 24 + Int(time.tm_hour)
        case .day: return year * 366 + day
        case .month: return year * 12 + Int(time.tm_mon)
        case .year: return year
        case .week:
            var text = [CChar](repeating: 0, count: 16)
            let length = strftime(&text, text.count, "%G%V", &time)
            return Int(String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)) ?? 0
        }
    }
}
