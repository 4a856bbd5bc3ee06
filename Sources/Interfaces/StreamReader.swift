import Basics

/// Reads a stream in the portions that a format asks for, copying nothing that lies within one piece.
package final class StreamReader {
    private let source: ByteStream
    private var piece: [UInt8] = []
    private var offset = 0
    private var isEnded = false

    package init(_ source: ByteStream) {
        self.source = source
    }

    package nonisolated(nonsending) func isAtEnd() async throws(ReportableError) -> Bool {
        while offset == piece.count, !isEnded {
            if let next = try await source.next() {
                (piece, offset) = (next, 0)
            } else {
                (piece, offset, isEnded) = ([], 0, true)
            }
        }
        return offset == piece.count
    }

    /// At least one byte and at most `limit`, as they lie; none only at the end.
    package nonisolated(nonsending) func some(upTo limit: Int) async throws(ReportableError) -> ArraySlice<UInt8> {
        guard try await !isAtEnd() else { return [] }
        let portion = piece[offset..<min(offset + limit, piece.count)]
        offset = portion.endIndex
        return portion
    }

    /// `count` bytes; fewer only at the end.
    package nonisolated(nonsending) func read(_ count: Int) async throws(ReportableError) -> ArraySlice<UInt8> {
        let first = try await some(upTo: count)
        guard first.count < count, try await !isAtEnd() else { return first }
        var gathered: [UInt8] = []
        gathered.reserveCapacity(count)
        gathered += first
        while gathered.count < count, try await !isAtEnd() {
            gathered += try await some(upTo: count - gathered.count)
        }
        return gathered[...]
    }

    /// The bytes before the next line feed, which is read too. nil when the stream ends, or `limit` bytes pass, before
    /// there is one.
    package nonisolated(nonsending) func line(limit: Int) async throws(ReportableError) -> [UInt8]? {
        var line: [UInt8] = []
        while try await !isAtEnd() {
            let rest = piece[offset...].prefix(limit - line.count + 1)
            if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                line += rest[..<end]
                offset = end + 1
                return line
            }
            line += rest
            offset = rest.endIndex
            if line.count > limit { return nil }
        }
        return nil
    }
}
