import Interfaces
import Synchronization

/// Bytes that are given out piece by piece.
final class Remainder: Sendable {
    private let bytes: Mutex<ArraySlice<UInt8>>

    init(_ bytes: [UInt8]) {
        self.bytes = Mutex(bytes[...])
    }

    func next() -> [UInt8]? {
        bytes.withLock { bytes in
            let piece = Array(bytes.prefix(ByteStream.pieceLimit))
            bytes = bytes.dropFirst(piece.count)
            return piece.isEmpty ? nil : piece
        }
    }
}
