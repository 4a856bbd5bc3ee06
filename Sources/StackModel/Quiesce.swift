import Basics

/// How a service is brought to rest while its files are read, by programs that run beside one of its replicas.
package struct Quiesce: Hashable, Sendable, Codable {
    /// How long a program may take where nothing else is said.
    package static let patience = TimeSpan.seconds(60)

    /// Run before the first file is read; nil for none.
    package var before: [String]?
    /// Run when the last was read, and whenever `before` or the reading failed.
    package var after: [String]?
    /// How long each of them may take; nil for `patience`.
    package var timeout: TimeSpan?

    package init(before: [String]? = nil, after: [String]? = nil, timeout: TimeSpan? = nil) {
        self.before = before
        self.after = after
        self.timeout = timeout
    }
}
