import Archives
import Basics
import Glibc
import Interfaces
import TestKit
import Testing

@Suite struct ExtractionDurabilityTests {
    @Test(.enabled(if: TracedTest.isPossible, "needs strace"))
    func `an archive is on the disk before it counts as extracted`() throws {
        let scratch = try Scratch()
        let calls = try TracedTest.calls(
            "mkdir,mkdirat,fchmod,syncfs",
            of: "ExtractionDurabilityTests/extraction",
            in: scratch.path
        )
        let last = try #require(calls.lastIndex { $0.contains("fchmod(") })
        let synced = try #require(calls.lastIndex { $0.contains("syncfs(") && $0.contains("\(scratch.path)/target") })
        let done = try #require(calls.lastIndex { $0.contains("\(scratch.path)/done") })
        #expect(last < synced && synced < done)
    }

    @Test(.enabled(if: TracedTest.folder != nil, "only the test above starts it"))
    func extraction() async throws {
        let folder = try #require(TracedTest.folder)
        mkdir("\(folder)/target", 0o700)
        var maker = TarMaker()
        maker.add("d/", type: "5")
        maker.add("d/file", content: [1, 2, 3])
        maker.end()
        let limits = ArchiveLimits(entries: 10, bytes: 10)
        try await ArchiveReader.extract(ByteStream(bytes: maker.bytes), into: "\(folder)/target", limits: limits)
        mkdir("\(folder)/done", 0o700)
    }
}
