import Basics
import Interfaces
import TestKit
import Testing
import Vault

@Suite struct StreamTests {
    @Test(arguments: Samples.sizes) func `bytes in memory come out whole, in pieces`(size: Int) async throws {
        var random = SplitMix64(seed: UInt64(size))
        let bytes = Samples.bytes(size, &random)
        #expect(try await ByteStream(bytes: bytes).all() == bytes)
        #expect(try await ByteStream(bytes: bytes).collect(limit: size) == bytes)
    }

    @Test func `no more is collected than was asked for`() async {
        await #expect(throws: ReportableError.self) {
            try await ByteStream(bytes: [1, 2, 3]).collect(limit: 2)
        }
    }

    @Test func `a tally tells the digest and the size of what was read`() async throws {
        var random = SplitMix64(seed: 5)
        let bytes = Samples.bytes(2_500_000, &random)
        let tally = StreamTally()
        #expect(try await ByteStream.pieces(of: bytes, random: random).tallied(tally).all() == bytes)
        #expect(tally.size == bytes.count)
        #expect(tally.digest == Digest(of: bytes))
    }
}
