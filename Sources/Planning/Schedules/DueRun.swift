import Basics
import StackModel

extension DueRun {
    /// However long nobody looked, there is at most one run to catch up, that of the latest due time, and only while it is
    /// younger than the deadline.
    ///
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
        var skipped: [SkippedRuns] = []
        var run: Instant?
        if let due {
            if due.count > 1 {
                skipped.append(
                    SkippedRuns(count: due.count - 1, first: due.first, last: due.beforeLast, reason: .superseded)
                )
            }
            let isTooLate = due.last.elapsed(until: now) > deadline
            if isTooLate || isRunning {
                let reason = isTooLate ? SkippedRuns.Reason.tooLate : .overlap
                skipped.append(SkippedRuns(count: 1, first: due.last, last: due.last, reason: reason))
            } else {
                run = due.last
            }
        }
        self.init(run: run, skipped: skipped, settled: max(settled, now), next: next)
    }
}
