import Basics
import Foundation
import Glibc
import HostAccess
import Interfaces
import Testing

@testable import Vault

/// A vault on a disk that is full at every moment of a set's life.
@Suite struct FullDiskTests {
    /// Takes all room of a disk but for so many pages.
    private func fill(_ path: String, leaving pages: Int) {
        let file = open("\(path)/filler", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var (size, page) = (0, [UInt8](repeating: 1, count: 4096))
        while write(file, &page, 4096) == 4096 { size += 4096 }
        ftruncate(file, max(0, size - pages * 4096))
        close(file)
    }

    /// Takes all files of a disk but for so many.
    private func fill(_ path: String, leavingFiles count: Int) {
        var number = 0
        mkdir("\(path)/fillers", 0o700)
        while true {
            let file = open("\(path)/fillers/\(number)", O_WRONLY | O_CREAT, 0o600)
            guard file >= 0 else { break }
            close(file)
            number += 1
        }
        for freed in 0..<min(count, number) { unlink("\(path)/fillers/\(freed)") }
    }

    private func empty(_ path: String) {
        unlink("\(path)/filler")
        try? FileManager.default.removeItem(atPath: "\(path)/fillers")
    }

    @Test(arguments: [true, false])
    func `a full disk is a clear error, and costs no set`(_ isOfBytes: Bool) async throws {
        let shop = try Workshop()
        defer { shop.remove() }
        let disk = "\(shop.path)/disk"
        mkdir(disk, 0o700)
        let mounted = try await shop.run(
            "mount",
            ["-t", "tmpfs", "-o", "size=512k,nr_inodes=120,mode=0700", "none", disk]
        )
        guard mounted.status == 0 else {
            print("skipped: cannot mount a small disk: \(mounted.errorOutput.withoutControls)")
            return
        }
        let cases: Int
        do {
            cases = try await liveOnFullDisk(disk, isOfBytes: isOfBytes)
        } catch {
            _ = try await shop.run("umount", ["-l", disk])
            throw error
        }
        #expect(cases > 3)
        print("FIGURE vault: \(cases) full disks (\(isOfBytes ? "bytes" : "files"))")
        #expect(try await shop.run("umount", [disk]).status == 0)
    }

    private func liveOnFullDisk(_ disk: String, isOfBytes: Bool) async throws -> Int {
        let lab = VaultLab(try await DirectoryStore(at: "\(disk)/vault"))
        let vault = try await lab.vault()
        try await lab.writeSet(vault, try await lab.lease(vault))
        var cases = 0
        while cases < 80 {
            lab.clock.advance(by: .seconds(4000))
            if isOfBytes { fill(disk, leaving: cases) } else { fill(disk, leavingFiles: cases) }
            var failure: ReportableError?
            do throws(ReportableError) {
                try await lab.writeSet(vault, try await lab.lease(vault))
            } catch {
                failure = error
            }
            let sets = try await lab.examine()
            #expect(sets.first == 1 && sets.count == (failure == nil ? 2 : 1), "case \(cases): \(sets)")
            let drafts = try FileManager.default.contentsOfDirectory(atPath: "\(disk)/vault/.drafts")
            #expect(drafts == [], "case \(cases)")
            empty(disk)
            cases += 1
            guard let failure else { break }
            #expect(failure.code == .storeFailed)
            #expect(failure.message.contains("the disk is full"), "\(failure.message)")
        }
        lab.clock.advance(by: .seconds(4000))
        let lease = try await lab.lease(vault)
        try await lab.writeSet(vault, lease)
        #expect(try await lab.examine().count >= 2)
        return cases
    }
}
