/// How a service is brought to rest while its files are read, by programs that run beside one of its replicas.
package struct Quiesce: Hashable, Sendable, Codable {
    /// Run before the first file is read; nil for none.
    package var before: [String]?
    /// Run when the last was read, and whenever `before` or the reading failed.
    package var after: [String]?

    package init(before: [String]? = nil, after: [String]? = nil) {
        self.before = before
        self.after = after
    }
}
