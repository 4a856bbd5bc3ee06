import Basics
import Interfaces
import StackModel

/// The log that what was captured is to be brought further by.
package struct LogReplay: Sendable {
    /// An object of a set: a segment of a Postgres, some of the append-only file of a Redis.
    package struct Piece: Hashable, Sendable {
        package let name: String
        /// Bytes.
        package let size: Int

        package init(name: String, size: Int) {
            self.name = name
            self.size = size
        }
    }

    /// All that was written until then is to be there, and nothing else.
    package let until: Instant
    /// In their order, without a gap, from the copy's own on or before it.
    package let pieces: [Piece]
    /// Gives what a piece holds.
    package let content: @Sendable (Piece) async throws(ReportableError) -> ByteStream

    package init(
        until: Instant,
        pieces: [Piece],
        content: @escaping @Sendable (Piece) async throws(ReportableError) -> ByteStream
    ) {
        self.until = until
        self.pieces = pieces
        self.content = content
    }

    var size: Int { pieces.map(\.size).reduce(0, +) }
}
