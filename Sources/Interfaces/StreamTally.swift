import Basics
import Synchronization

/// What went through a stream: known when the stream has been read to its end.
package final class StreamTally: Sendable {
    private struct Count {
        var digest = RunningDigest()
        var size = 0
    }

    private let count = Mutex(Count())

    package init() {}

    package var digest: Digest { count.withLock { $0.digest.finish() } }
    /// Bytes.
    package var size: Int { count.withLock { $0.size } }

    fileprivate func add(_ piece: [UInt8]) {
        count.withLock { count in
            count.digest.update(piece)
            count.size += piece.count
        }
    }
}

extension ByteStream {
    /// The same stream; `tally` counts what is read of it.
    package func tallied(_ tally: StreamTally) -> ByteStream {
        ByteStream { () async throws(ReportableError) -> [UInt8]? in
            guard let piece = try await next() else { return nil }
            tally.add(piece)
            return piece
        }
    }
}
