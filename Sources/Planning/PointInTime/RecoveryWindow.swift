import StackModel

/// A backup set that is a copy of a cluster.
package struct BaseSet: Hashable, Sendable {
    package let id: String
    /// Tells the log of one cluster from that of every other one, and of what it was before it was restored.
    package let lineage: String
    /// Of the log, from which on it is to be read after the copy.
    package let first: LogSegment
    /// The moment whose state the copy holds.
    package let at: Instant

    package init(id: String, lineage: String, first: LogSegment, at: Instant) {
        self.id = id
        self.lineage = lineage
        self.first = first
        self.at = at
    }
}

/// A backup set that is a part of a log.
package struct LogSet: Hashable, Sendable {
    package let id: String
    package let lineage: String
    package let first: LogSegment
    package let last: LogSegment
    /// Whatever was committed until then is in it, or in those before it.
    package let until: Instant

    package init(id: String, lineage: String, first: LogSegment, last: LogSegment, until: Instant) {
        self.id = id
        self.lineage = lineage
        self.first = first
        self.last = last
        self.until = until
    }

    fileprivate func isReached(by base: BaseSet) -> Bool {
        lineage == base.lineage && first.bytes == base.first.bytes && last >= base.first
            && first.timeline == base.first.timeline && last.timeline == base.first.timeline
    }
}

/// The moments that one copy of a cluster can be brought to: from its own to the end of the log, up to the first gap.
package struct RecoveryWindow: Hashable, Sendable {
    package let base: BaseSet
    /// One behind the other. Two may have a segment in common, which then is the same.
    package let logs: [LogSet]
    /// There are parts of the log behind a gap.
    package let hasGap: Bool

    package var from: Instant { base.at }
    /// nil while no log tells of a moment after the copy's.
    package var until: Instant? { logs.map(\.until).max().flatMap { $0 >= from ? $0 : nil } }

    package init(of base: BaseSet, among logs: [LogSet]) {
        var chain: [LogSet] = []
        var reach = base.first.number - 1
        var hasGap = false
        let reached = logs.filter { $0.isReached(by: base) }
        for log in reached.sorted(by: { ($0.first, $0.last, $0.id) < ($1.first, $1.last, $1.id) }) {
            guard log.first.number <= reach + 1 else {
                hasGap = true
                break
            }
            // What an interrupted run has shipped is shipped again with what came after it.
            guard log.last.number > reach else { continue }
            reach = log.last.number
            chain.append(log)
        }
        self.base = base
        self.logs = chain
        self.hasGap = hasGap
    }

    /// The parts of the log that lead to a moment; nil when it is outside.
    package func logs(to moment: Instant) -> [LogSet]? {
        guard let until, from <= moment, moment <= until else { return nil }
        guard let end = logs.firstIndex(where: { $0.until >= moment }) else { return nil }
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
