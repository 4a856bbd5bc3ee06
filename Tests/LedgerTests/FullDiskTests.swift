import Basics
import FoundationEssentials
import GRDB
import Glibc
import Ledger
import StackModel
import Testing

@Suite("A full disk")
struct FullDiskTests {
    @Test("is named, half-writes nothing, and is no obstacle once there is room again")
    func full() async throws {
        guard geteuid() == 0 else { return print("ledger: full disk not tested, because mounting needs root") }
        try await Folder.with { folder in
            let disk = Folder(path: folder.path + "/disk")
            try FileManager.default.createDirectory(atPath: disk.path, withIntermediateDirectories: false)
            guard mount("tmpfs", disk.path, "tmpfs", 0, "size=640k") == 0 else {
                return print(
                    "ledger: full disk not tested, because mounting failed: \(String(cString: strerror(errno)))"
                )
            }
            defer { umount2(disk.path, Int32(MNT_DETACH)) }
            try await fill(disk)
        }
    }

    private func fill(_ disk: Folder) async throws {
        let ballast = disk.path + "/ballast"
        try Data(repeating: 0, count: 200 * 1024).write(to: URL(filePath: ballast))
        let ledger = try Ledger(path: disk.ledger)
        var recorded = 0
        var failure: ReportableError?
        while failure == nil, recorded < 1000 {
            do {
                // Large enough to fill the disk soon, and different every time.
                _ = try await ledger.record("\(recorded)" + String(repeating: "x", count: 5000))
                recorded += 1
            } catch let error as ReportableError {
                failure = error
            }
        }
        #expect(failure?.code == .ledgerFailed)
        #expect(failure?.message == "cannot use the ledger \(disk.ledger): the disk is full")
        #expect(recorded > 5)
        #expect(try await ledger.releases(of: Samples.shop, limit: 2000).count == recorded)
        #expect(try await ledger.verifyChain().isIntact)
        #expect(try disk.integrity() == ["ok"])
        #expect(unlink(ballast) == 0)
        #expect(try await ledger.record("once more").number == recorded + 1)
        print("ledger: disk full after \(recorded) releases, all intact")
    }
}
