import Archives
import Basics
import Foundation
import Interfaces
import TestKit
import Testing
import Vault

@Suite struct HostileArchiveTests {
    private let limits = ArchiveLimits(entries: HostileArchives.limits.entries, bytes: HostileArchives.limits.bytes)

    @Test(arguments: HostileArchives.all)
    func `a hostile archive is refused by name, and nothing outside is touched`(
        sample: HostileArchives.Sample
    ) async throws {
        let scratch = try Scratch()
        _ = try scratch.folder("canary")
        try scratch.write(Array("alive".utf8), to: "canary/file")
        let target = try scratch.folder("parent/target")
        let before = try outside(scratch)

        let stream = ByteStream.pieces(of: sample.bytes, random: SplitMix64(seed: 7))
        let error = await #expect(throws: ReportableError.self) {
            try await ArchiveReader.extract(stream, into: target, limits: limits)
        }

        #expect(error?.code == .vaultDamaged)
        let message = error?.message ?? ""
        #expect(message.contains(sample.entry) && message.contains(sample.reason), "\(message)")
        #expect(try outside(scratch) == before)
        let links = try scratch.run("/usr/bin/find", "parent/target", "-lname", "/*", "-o", "-lname", "*..*")
        #expect(links.split(separator: "\n").allSatisfy { $0.hasSuffix("/up") }, "\(links)")
    }

    @Test func `there are many of them`() {
        #expect(HostileArchives.all.count >= 100)
        #expect(Set(HostileArchives.all.map(\.description)).count == HostileArchives.all.count)
    }

    @Test func `a bomb of zeros is stopped at its limit, on the way through zstd too`() async throws {
        let scratch = try Scratch()
        var maker = TarMaker()
        maker.add("zeros", content: [UInt8](repeating: 0, count: 30_000_000))
        maker.end()
        let bomb = try await ByteStream(bytes: maker.bytes).compressed(workers: 0).all()
        #expect(bomb.count < 10_000)
        for (plain, bytes) in [(1_000_000, 40_000_000), (40_000_000, 1_000_000)] {
            let target = try scratch.folder("target-\(plain)")
            let error = await #expect(throws: ReportableError.self) {
                let stream = ByteStream(bytes: bomb).decompressed(limit: plain)
                let limits = ArchiveLimits(entries: 10, bytes: bytes)
                try await ArchiveReader.extract(stream, into: target, limits: limits)
            }
            #expect(error?.code == .vaultDamaged)
            let size = try? FileManager.default.attributesOfItem(atPath: "\(target)/zeros")[.size] as? Int
            #expect(size ?? 0 <= 1_000_000)
        }
    }

    @Test func `random damage to an archive writes nothing outside, and never crashes`() async throws {
        let scratch = try Scratch()
        var maker = TarMaker()
        maker.add("d/", type: "5")
        maker.addRecords([("path", "d/f"), ("size", "3")])
        maker.add("short", content: [1, 2, 3])
        maker.addLongName("d/g")
        maker.add("short", magic: "ustar  \u{0}")
        maker.add("l", type: "2", link: "d/f")
        maker.add("h", type: "1", link: "d/f")
        maker.end()
        let before = try outside(scratch)
        for seed in 1...300 {
            var random = SplitMix64(seed: UInt64(seed))
            var bytes = maker.bytes
            let block = 512 * Int.random(in: 0..<(bytes.count / 512), using: &random)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[block + Int.random(in: 0..<512, using: &random)] = random.pick([0, 0x2E, 0x2F, 0x35, 0x80, 0xFF])
            }
            mend(&bytes, block)
            let target = try scratch.folder("parent/target")
            try? await ArchiveReader.extract(ByteStream(bytes: bytes), into: target, limits: limits)
            try FileManager.default.removeItem(atPath: "\(scratch.path)/parent")
            #expect(try outside(scratch) == before, "seed \(seed)")
        }
    }

    /// Makes the checksum of a header fit again.
    private func mend(_ bytes: inout [UInt8], _ block: Int) {
        for place in 148..<156 { bytes[block + place] = 32 }
        let sum = String(bytes[block..<(block + 512)].reduce(0) { $0 + Int($1) }, radix: 8)
        let text = String(repeating: "0", count: max(0, 6 - sum.count)) + sum
        for (offset, byte) in text.utf8.enumerated() { bytes[block + 148 + offset] = byte }
        bytes[block + 154] = 0
    }

    /// Everything in the folder around, but for the target.
    private func outside(_ scratch: Scratch) throws -> String {
        try scratch.run(
            "/usr/bin/find",
            ".",
            "-path",
            "./parent/target",
            "-prune",
            "-o",
            "-path",
            "./parent",
            "-prune",
            "-o",
            "-printf",
            "%P %y %m %s %n %l\\n"
        )
    }
}
