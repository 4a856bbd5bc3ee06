import Basics

/// How long a store is waited for, and how often it is asked again.
package struct StorePatience: Sendable {
    /// The first one included.
    var attempts: Int
    /// Before the second attempt, at most; doubles with each further one.
    var firstPause: TimeSpan
    var longestPause: TimeSpan
    /// For a reply without a body to a request without one.
    var reply: TimeSpan
    /// What a store must at least move of a body within a second.
    var slowestRate: Int
    /// From zero to one: which share of a pause is made.
    var jitter: @Sendable () -> Double
    var sleep: @Sendable (TimeSpan) async throws -> Void

    package init(
        attempts: Int = 6,
        firstPause: TimeSpan = TimeSpan(milliseconds: 500),
        longestPause: TimeSpan = .seconds(20),
        reply: TimeSpan = .seconds(60),
        slowestRate: Int = 1 << 15,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0...1) },
        sleep: @escaping @Sendable (TimeSpan) async throws -> Void = { try await Task.sleep(for: $0.duration) }
    ) {
        self.attempts = attempts
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.reply = reply
        self.slowestRate = slowestRate
        self.jitter = jitter
        self.sleep = sleep
    }

    /// Waits before the attempt after this one: somewhere in a span that doubles, so that many writers spread out.
    func pause(after attempt: Int) async throws(ReportableError) {
        let longest = min(longestPause.milliseconds, firstPause.milliseconds << min(attempt - 1, 16))
        do {
            try await sleep(TimeSpan(milliseconds: Int(Double(longest) * (0.5 + jitter() / 2))))
        } catch {
            throw ReportableError(.interrupted, "the work with the store was interrupted")
        }
    }

    /// How long an exchange may take that moves so many bytes.
    func limit(for bytes: Int) -> TimeSpan {
        TimeSpan(milliseconds: reply.milliseconds + bytes / slowestRate * 1000)
    }
}
