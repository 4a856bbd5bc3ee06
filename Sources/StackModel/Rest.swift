import Basics

/// A service that a policy has brought to rest, and what tells it to go on.
package struct Rest: Hashable, Sendable, Codable {
    package let stack: StackID
    /// One rest of a policy at a time, as it has one run at a time.
    package let policy: String
    package let service: ServiceName
    package let after: [String]
    /// How long that may take.
    package let timeout: TimeSpan
    package let since: Instant

    package init(
        of service: ServiceName,
        in stack: StackID,
        by policy: String,
        after: [String],
        timeout: TimeSpan,
        since: Instant
    ) {
        self.stack = stack
        self.policy = policy
        self.service = service
        self.after = after
        self.timeout = timeout
        self.since = since
    }
}
