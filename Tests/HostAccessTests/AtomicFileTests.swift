import Basics
import Foundation
import Glibc
import Testing

@testable import HostAccess

@Suite struct AtomicFileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = "/tmp/atomic-file-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: "\(folder)/shared", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try "secret".write(toFile: "\(folder)/key", atomically: true, encoding: .utf8)
        chmod("\(folder)/key", 0o600)
        try body(folder)
    }

    private func mode(_ path: String) -> (mode: Int, group: Int) {
        var status = stat()
        lstat(path, &status)
        return (Int(status.st_mode & 0o7777), Int(status.st_gid))
    }

    @Test("a file is replaced whole, and missing until it is written")
    func life() throws {
        try withFolder { folder in
            let path = "\(folder)/shared/list"
            #expect(try AtomicFile.readIfThere(path) == nil)
            #expect(throws: ReportableError.self) { try AtomicFile.read(path) }
            try AtomicFile.write("one", to: path)
            try AtomicFile.write("two", to: path)
            #expect(try AtomicFile.read(path) == "two")
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/shared") == ["list"])
        }
    }

    @Test("links of either kind are not read, and are replaced without touching what they lead to")
    func links() throws {
        try withFolder { folder in
            let path = "\(folder)/shared/list"
            for lay in [symlink, link] {
                #expect(lay("\(folder)/key", path) == 0)
                #expect(lay("\(folder)/key", "\(path).draft") == 0)
                #expect(throws: ReportableError.self) { try AtomicFile.read(path) }
                try AtomicFile.write("mine", to: path)
                #expect(try AtomicFile.read(path) == "mine")
                #expect(try String(contentsOfFile: "\(folder)/key", encoding: .utf8) == "secret")
                unlink(path)
            }
        }
    }

    @Test("what another user wrote is not read, and a folder that another user rules is not used")
    func strangers() throws {
        guard geteuid() == 0 else { return }
        try withFolder { folder in
            let path = "\(folder)/shared/list"
            try AtomicFile.write("mine", to: path)
            chown(path, 65_534, 65_534)
            #expect(throws: ReportableError.self) { try AtomicFile.read(path) }
            chmod("\(folder)/shared", 0o777)
            #expect(throws: ReportableError.self) { try AtomicFile.write("x", to: path) }
            chmod("\(folder)/shared", 0o700)
            chown("\(folder)/shared", 65_534, 65_534)
            #expect(throws: ReportableError.self) { try AtomicFile.write("x", to: path) }
        }
    }

    @Test("the group of a shared folder may read what is written there, and nobody else")
    func shared() throws {
        guard geteuid() == 0 else { return }
        try withFolder { folder in
            chown("\(folder)/shared", 0, 65_534)
            chmod("\(folder)/shared", 0o1770)
            try AtomicFile.write("mine", to: "\(folder)/shared/list")
            #expect(mode("\(folder)/shared/list") == (0o640, 65_534))
            chmod("\(folder)/shared", 0o700)
            try AtomicFile.write("mine", to: "\(folder)/shared/list")
            #expect(mode("\(folder)/shared/list") == (0o600, 0))
        }
    }
}
