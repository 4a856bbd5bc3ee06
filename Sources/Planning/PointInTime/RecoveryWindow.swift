import Basics
import StackModel

/// A backup set that a log leads on from: a copy of a cluster, a snapshot of a Redis.
package struct BaseSet: Hashable, Sendable {
    package let id: String
    /// Tells the log of one server's data from that of every other one, and of what it was before it was restored.
    package let lineage: String
    /// Of the log, from which on it is to be read after the copy.
    package let first: LogPlace
    /// The moment whose state the copy holds.
    package let at: Instant
    /// How finely its log tells moments apart.
    package let grain: TimeSpan

    package init(
        id: String,
        lineage: String,
        first: LogPlace,
        at: Instant,
        grain: TimeSpan = TimeSpan(milliseconds: 1)
    ) {
        self.id = id
        self.lineage = lineage
        self.first = first
        self.at = at
        self.grain = grain
    }
}

/// A backup set that is a part of a log.
package struct LogSet: Hashable, Sendable {
    package let id: String
    package let lineage: String
    package let first: LogPlace
    /// Behind the last byte that it has.
    package let end: LogPlace
    /// Whatever was committed until then is in it, or in those before it.
    package let until: Instant

    package init(id: String, lineage: String, first: LogPlace, end: LogPlace, until: Instant) {
        self.id = id
        self.lineage = lineage
        self.first = first
        self.end = end
        self.until = until
    }

    /// Something of it belongs behind the copy. Where nothing was written, it still tells until when.
    func leadsOn(from base: BaseSet) -> Bool {
        lineage == base.lineage && (end > base.first || first == base.first)
    }
}

/// The moments that one copy can be brought to: from its own to the end of the log, up to the first gap.
package struct RecoveryWindow: Hashable, Sendable {
    package let base: BaseSet
    /// One behind the other. What two have in common is the same.
    package let logs: [LogSet]
    /// Where the next part has to begin.
    package let reach: LogPlace
    /// There are parts of the log behind a gap.
    package let hasGap: Bool

    package var from: Instant { base.at }
    /// nil while no log tells of a moment after the copy's.
    package var until: Instant? { logs.map(\.until).max().flatMap { $0 >= from ? $0 : nil } }

    package init(of base: BaseSet, among logs: [LogSet]) {
        var chain: [LogSet] = []
        var reach = base.first
        var hasGap = false
        let reached = logs.filter { $0.leadsOn(from: base) }
        for log in reached.sorted(by: { ($0.first, $0.end, $0.id) < ($1.first, $1.end, $1.id) }) {
            guard log.first <= reach else {
                hasGap = true
                break
            }
            // What an interrupted run has shipped is shipped again with what came after it.
            guard log.end > reach || log.until > chain.last?.until ?? Instant(milliseconds: 0) else { continue }
            reach = max(reach, log.end)
            chain.append(log)
        }
        self.base = base
        self.logs = chain
        self.reach = reach
        self.hasGap = hasGap
    }

    /// As finely as the log tells it: what was written behind it is left out.
    package func told(_ moment: Instant) -> Instant {
        Instant(milliseconds: moment.milliseconds - moment.milliseconds % base.grain.milliseconds)
    }

    /// The parts of the log that lead to a moment; nil when it is outside.
    package func logs(to moment: Instant) -> [LogSet]? {
        guard let until, from <= told(moment), told(moment) <= until else { return nil }
        guard let end = logs.firstIndex(where: { $0.until >= told(moment) }) else { return nil }
        return Array(logs[...end])
    }
}

extension Sequence<RecoveryWindow> {
    /// The one whose copy is the nearest before a moment: it has the least to read.
    package func best(for moment: Instant) -> RecoveryWindow? {
        filter { $0.logs(to: moment) != nil }.max { $0.from < $1.from }
    }

    /// All moments that there are, oldest first.
    package var spans: [ClosedRange<Instant>] {
        var spans: [ClosedRange<Instant>] = []
        let known = compactMap { window in window.until.map { window.from...$0 } }
        for span in known.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = spans.last, span.lowerBound <= last.upperBound {
                spans[spans.count - 1] = last.lowerBound...Swift.max(last.upperBound, span.upperBound)
            } else {
                spans.append(span)
            }
        }
        return spans
    }
}
