import StackModel

/// A release that was never current, so that nothing is known of it but how the attempts at it ended.
package struct ReleaseDoubt: Hashable, Sendable {
    /// The last operation that was to lead to it. Nil when nobody ever tried.
    package let lastAttempt: OperationOutline?
}
