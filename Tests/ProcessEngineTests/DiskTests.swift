import Basics
import Glibc
import Testing

@testable import ProcessEngine

@Suite struct DiskTests {
    @Test("removing a tree removes links and not what they lead to")
    func links() throws {
        let place = "/tmp/slipway-disk-\(getpid())"
        try Disk.makeDirectory("\(place)/tree/deep", mode: 0o700)
        try Disk.makeDirectory("\(place)/precious", mode: 0o700)
        try Disk.write(Array("x".utf8), to: "\(place)/precious/file")
        symlink("../../precious", "\(place)/tree/deep/link")
        try Disk.remove(tree: "\(place)/tree")
        #expect(Disk.list(place) == ["precious"] && Disk.list("\(place)/precious") == ["file"])
        try Disk.remove(tree: place)
        try Disk.remove(tree: place)
        #expect(!Disk.exists(place))
    }

    @Test("a file has its mode from the first byte on, whatever the creation mask is")
    func modes() throws {
        let path = "/tmp/slipway-mode-\(getpid())"
        defer { unlink(path) }
        try Disk.write(Array("x".utf8), to: path, mode: 0o640)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
        try Disk.write(Array("y".utf8), to: path)
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600 && Disk.text(path) == "y")
    }
}
