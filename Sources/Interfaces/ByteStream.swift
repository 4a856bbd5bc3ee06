import Basics

/// Bytes that are produced as they are asked for, piece by piece, so that nothing is ever held whole.
///
/// Pieces are never empty and at most `ByteStream.pieceLimit` bytes. A stream is read once, by one reader.
package struct ByteStream: Sendable {
    /// What a stage may expect to hold in memory of a piece.
    package static let pieceLimit = 1 << 20

    private let pull: @Sendable () async throws(ReportableError) -> [UInt8]?

    /// `pull` returns the next piece, and nil ever after the end.
    package init(_ pull: @escaping @Sendable () async throws(ReportableError) -> [UInt8]?) {
        self.pull = pull
    }

    /// The next piece; nil at the end. Throws what the source throws; what was read before is then worth nothing.
    package func next() async throws(ReportableError) -> [UInt8]? {
        try await pull()
    }
}
