import Basics
import Interfaces
import StackModel

/// The log that a copy of a cluster is to be brought further by.
package struct LogReplay: Sendable {
    /// All that was committed until then is to be there, and nothing else.
    package let until: Instant
    /// Without a gap, from the copy's own on.
    package let segments: [LogSegment]
    /// Gives what a segment holds.
    package let content: @Sendable (LogSegment) async throws(ReportableError) -> ByteStream

    package init(
        until: Instant,
        segments: [LogSegment],
        content: @escaping @Sendable (LogSegment) async throws(ReportableError) -> ByteStream
    ) {
        self.until = until
        self.segments = segments
        self.content = content
    }

    var size: Int { segments.map(\.bytes).reduce(0, +) }
}
