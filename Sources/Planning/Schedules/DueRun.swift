import Basics
import StackModel

/// What a scheduler that looks at the clock has to do about one job.
///
/// However long nobody looked, there is at most one run to catch up, that of the latest due time, and only while it is
/// younger than the deadline. Every due time is either run or counted as skipped, with its reason.
package struct DueRun: Hashable, Sendable {
    package enum Reason: String, Hashable, Sendable, Codable {
        /// A later due time came before it was looked at.
        case superseded
        /// It was looked at later than the deadline allows.
        case tooLate = "too-late"
        /// The run before it had not ended.
        case overlap
    }

    /// Due times that are not run.
    package struct Skipped: Hashable, Sendable {
        package let count: Int
        package let first: Instant
        package let last: Instant
        package let reason: Reason
    }

    /// The due time that is run now.
    package let run: Instant?
    package let skipped: [Skipped]
    /// Up to here every due time is settled; the next look goes on from it.
    package let settled: Instant
    /// The next due time after that.
    package let next: Instant?

    /// - Parameters:
    ///   - settled: what the look before settled up to.
    ///   - now: never taken for earlier than `settled`, so that a clock that jumps back runs nothing twice.
    ///   - isRunning: a run of the job has not ended.
    package init(of schedule: Schedule, settled: Instant, now: Instant, deadline: TimeSpan, isRunning: Bool) {
        var due: (count: Int, first: Instant, beforeLast: Instant, last: Instant)?
        var next = schedule.next(after: settled)
        while let time = next, time <= now {
            due = due.map { ($0.count + 1, $0.first, $0.last, time) } ?? (1, time, time, time)
            next = schedule.next(after: time)
        }
        self.next = next
        self.settled = max(settled, now)
        guard let due else {
            run = nil
            skipped = []
            return
        }
        var skipped: [Skipped] = []
        if due.count > 1 {
            skipped.append(
                Skipped(count: due.count - 1, first: due.first, last: due.beforeLast, reason: .superseded)
            )
        }
        let isTooLate = due.last.elapsed(until: now) > deadline
        if isTooLate || isRunning {
            skipped.append(
                Skipped(count: 1, first: due.last, last: due.last, reason: isTooLate ? .tooLate : .overlap)
            )
        }
        run = isTooLate || isRunning ? nil : due.last
        self.skipped = skipped
    }
}
