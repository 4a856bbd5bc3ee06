import Basics
import Interfaces
import NIOCore

/// How large the parts of an upload are: small at first, so that little memory is needed, and twice as large after each
/// fifth of the parts that a store takes, so that they suffice for half a tebibyte.
package struct S3PartSizes: Hashable, Sendable {
    let first: Int
    let maximumCount: Int

    init(first: Int = 8 << 20, maximumCount: Int = 10_000) {
        self.first = first
        self.maximumCount = maximumCount
    }

    /// Parts count from one.
    func size(of part: Int) -> Int { first << ((part - 1) / max(1, maximumCount / 5)) }

    /// The largest blob.
    var total: Int { (1...maximumCount).reduce(0) { $0 + size(of: $1) } }
}

/// Cuts a stream into parts.
struct S3PartReader {
    private let stream: ByteStream
    private var ahead: ArraySlice<UInt8> = []
    /// Nothing comes after what was read.
    private(set) var isAtEnd = false

    init(_ stream: ByteStream) {
        self.stream = stream
    }

    /// So many bytes, or all that are left.
    mutating func next(_ size: Int) async throws(ReportableError) -> ByteBuffer {
        var part = ByteBuffer()
        while true {
            if ahead.isEmpty {
                guard let piece = try await stream.next() else {
                    isAtEnd = true
                    return part
                }
                ahead = piece[...]
            }
            // One piece more is read than fits, to know whether there is one.
            let room = size - part.readableBytes
            guard room > 0 else { return part }
            // What is large enough to matter grows once, not by doubling.
            if part.readableBytes >= ByteStream.pieceLimit { part.reserveCapacity(size) }
            part.writeBytes(ahead.prefix(room))
            ahead = ahead.dropFirst(room)
        }
    }
}
