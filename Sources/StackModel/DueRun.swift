import Basics

/// What a look at the clock has found to do about one job: every due time is either run or counted as skipped.
package struct DueRun: Hashable, Sendable {
    /// The due time that is run now.
    package let run: Instant?
    package let skipped: [SkippedRuns]
    /// Up to here every due time is settled; the next look goes on from it.
    package let settled: Instant
    /// The next due time after that.
    package let next: Instant?

    package init(run: Instant?, skipped: [SkippedRuns], settled: Instant, next: Instant?) {
        self.run = run
        self.skipped = skipped
        self.settled = settled
        self.next = next
    }
}

/// Due times of a job that were not run.
package struct SkippedRuns: Hashable, Sendable, Codable {
    package enum Reason: String, Hashable, Sendable, Codable {
        /// A later due time came before it was looked at.
        case superseded
        /// It was looked at later than the deadline allows.
        case tooLate = "too-late"
        /// The run before it had not ended.
        case overlap
    }

    package let count: Int
    package let first: Instant
    package let last: Instant
    package let reason: Reason

    package init(count: Int, first: Instant, last: Instant, reason: Reason) {
        self.count = count
        self.first = first
        self.last = last
        self.reason = reason
    }
}
