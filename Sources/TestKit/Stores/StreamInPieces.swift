import Basics
import Interfaces
import Synchronization

extension ByteStream {
    /// A stream of given bytes, in pieces of one size; after the last it throws `failure`, if there is one.
    package static func inPieces(
        _ bytes: [UInt8],
        of size: Int = 100_000,
        then failure: ReportableError? = nil
    ) -> ByteStream {
        let position = Position()
        return ByteStream { () async throws(ReportableError) in
            let start = position.advance(by: size, until: bytes.count)
            guard start < bytes.count else {
                if let failure { throw failure }
                return nil
            }
            return Array(bytes[start..<min(start + size, bytes.count)])
        }
    }

    /// Everything that is left.
    package func everything() async throws(ReportableError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await next() { bytes += piece }
        return bytes
    }
}

private final class Position: Sendable {
    private let value = Mutex(0)

    /// Where the next piece begins.
    func advance(by size: Int, until end: Int) -> Int {
        value.withLock { value in
            defer { value = min(value + size, end) }
            return value
        }
    }
}
