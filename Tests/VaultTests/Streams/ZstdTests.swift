import Basics
import Interfaces
import TestKit
import Testing
import Vault

@Suite struct ZstdTests {
    @Test(arguments: Samples.sizes + [9_000_000]) func `what was compressed is decompressed`(size: Int) async throws {
        var random = SplitMix64(seed: UInt64(size))
        let bytes = Samples.bytes(size, &random)
        for workers in [0, 1, 2] {
            let stream = ByteStream.pieces(of: bytes, random: random).compressed(workers: workers)
            #expect(try await stream.decompressed(limit: size).all() == bytes)
        }
    }

    @Test func `what is long is frames of its portions, whoever makes them`() async throws {
        var random = SplitMix64(seed: 2)
        let bytes = Samples.bytes(9_000_000, &random)
        var frames: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 4 << 20) {
            let portion = Array(bytes[start..<min(start + (4 << 20), bytes.count)])
            frames += try await ByteStream(bytes: portion).compressed(workers: 1).all()
        }
        #expect(try await ByteStream.pieces(of: bytes, random: random).compressed(workers: 4).all() == frames)
    }

    @Test func `cut short anywhere, it is damaged`() async throws {
        var random = SplitMix64(seed: 3)
        let whole = try await ByteStream(bytes: Samples.bytes(300_000, &random)).compressed(workers: 2).all()
        for length in [0, 1, 4, 5, 100, whole.count / 2, whole.count - 4, whole.count - 1] {
            await expectDamage(Array(whole.prefix(length)))
        }
    }

    @Test func `a changed byte is noticed`() async throws {
        var random = SplitMix64(seed: 4)
        let whole = try await ByteStream(bytes: Samples.bytes(300_000, &random)).compressed(workers: 0).all()
        for place in [0, 20, whole.count / 2, whole.count - 1] {
            var changed = whole
            changed[place] ^= 0x40
            await expectDamage(changed)
        }
    }

    @Test func `garbage and what follows the end are damage`() async throws {
        await expectDamage([])
        await expectDamage(Array("no zstd at all".utf8))
        let whole = try await ByteStream(bytes: [1, 2, 3]).compressed(workers: 0).all()
        await expectDamage(whole + [0])
        await expectDamage(whole + Array("and more".utf8))
    }

    @Test func `a bomb goes off no further than its limit`() async throws {
        let zeros = ByteStream(bytes: [UInt8](repeating: 0, count: 20_000_000))
        let bomb = try await zeros.compressed(workers: 0).all()
        #expect(bomb.count < 10_000)
        let tally = StreamTally()
        await #expect(throws: ReportableError.self) {
            try await ByteStream(bytes: bomb).decompressed(limit: 3_000_000).tallied(tally).all()
        }
        #expect(tally.size <= 3_000_000)
    }

    @Test func `a window that takes too much memory is refused`() async throws {
        // The frame of `zstd --long=31`: a header that asks for 2 GiB, and an empty last block.
        await expectDamage([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xA8, 0x01, 0x00, 0x00])
    }

    @Test func `the error of a source comes through`() async {
        for stream in [
            ByteStream.failing(after: [1, 2, 3]).compressed(workers: 1),
            ByteStream.failing(after: []).decompressed(limit: 10),
        ] {
            let error = await #expect(throws: ReportableError.self) { try await stream.all() }
            #expect(error?.code == .storeFailed)
        }
    }

    private func expectDamage(_ bytes: [UInt8]) async {
        let error = await #expect(throws: ReportableError.self) {
            try await ByteStream(bytes: bytes).decompressed(limit: 1_000_000).all()
        }
        #expect(error?.code == .vaultDamaged)
    }
}
