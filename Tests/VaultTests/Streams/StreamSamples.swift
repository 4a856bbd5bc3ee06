import Basics
import Interfaces
import TestKit

extension ByteStream {
    /// The bytes in pieces of random lengths, some of one byte, some as long as a piece may be.
    static func pieces(of bytes: [UInt8], random: SplitMix64) -> ByteStream {
        let cutter = Cutter(bytes, random)
        return ByteStream { () async throws(ReportableError) -> [UInt8]? in await cutter.next() }
    }

    /// The bytes, and then an error.
    static func failing(after bytes: [UInt8]) -> ByteStream {
        let cutter = Cutter(bytes, SplitMix64(seed: 1))
        return ByteStream { () async throws(ReportableError) -> [UInt8]? in
            if let piece = await cutter.next() { return piece }
            throw ReportableError(.storeFailed, "the store went away")
        }
    }

    /// Everything, and whether each piece was as long as it may be.
    func all() async throws(ReportableError) -> [UInt8] {
        var whole: [UInt8] = []
        while let piece = try await next() {
            precondition(!piece.isEmpty && piece.count <= Self.pieceLimit)
            whole += piece
        }
        return whole
    }
}

private actor Cutter {
    private var rest: ArraySlice<UInt8>
    private var random: SplitMix64

    init(_ bytes: [UInt8], _ random: SplitMix64) {
        rest = bytes[...]
        self.random = random
    }

    func next() -> [UInt8]? {
        guard !rest.isEmpty else { return nil }
        let most = random.pick([1, 16, 511, 4096, 65_536, ByteStream.pieceLimit])
        let piece = rest.prefix(Int.random(in: 1...most, using: &random))
        rest = rest.dropFirst(piece.count)
        return Array(piece)
    }
}

enum Samples {
    /// Where something changes: around the chunks of age and the pieces of a stream.
    static let sizes = [
        0, 1, 15, 16, 17, 65_519, 65_520, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 983_039, 983_040, 983_041,
        1_048_575, 1_048_576, 1_048_577,
    ]

    /// Half of it random, half of it one byte again and again, so that it can be compressed and is not nothing then.
    static func bytes(_ size: Int, _ random: inout SplitMix64) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            for place in 0..<size { buffer[place] = 7 }
            for place in stride(from: 0, to: size, by: 16) {
                let word = random.next()
                for byte in 0..<min(8, size - place) {
                    buffer[place + byte] = UInt8(truncatingIfNeeded: word >> (8 * byte))
                }
            }
            count = size
        }
    }
}
