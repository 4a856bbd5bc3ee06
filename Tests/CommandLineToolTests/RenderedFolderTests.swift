import Basics
import Foundation
import Manifests
import Testing

@testable import CommandLineTool

@Suite("A folder of rendered files")
struct RenderedFolderTests {
    private let path = FileManager.default.temporaryDirectory.appending(path: "slipway-rendered-\(UUID().uuidString)")
        .path
    private var folder: RenderedFolder { RenderedFolder(path: path) }

    private func render(_ files: [ManifestFile], force: Bool = false) throws -> RenderedChange {
        let change = try folder.change(to: files)
        try folder.carryOut(change, takingOver: force)
        return change
    }

    private func text(_ file: String) -> String? { try? String(contentsOfFile: "\(path)/\(file)", encoding: .utf8) }

    @Test("holds the set, and a second time nothing changes")
    func twice() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let files = [ManifestFile("a/b.yaml", "b\n"), ManifestFile("run.sh", "#!/bin/sh\n", isExecutable: true)]
        #expect(try render(files).summary == "2 files (2 new)")
        #expect(text("a/b.yaml") == "b\n")
        #expect(FileManager.default.isExecutableFile(atPath: "\(path)/run.sh"))
        #expect(!FileManager.default.isExecutableFile(atPath: "\(path)/a/b.yaml"))
        #expect(try folder.change(to: files).isEmpty)
    }

    @Test("loses what a set no longer has, with the folders that are empty then, and keeps what is not Slipway's")
    func stale() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try render([ManifestFile("old/a.yaml", "a\n"), ManifestFile("kept/b.yaml", "b\n")])
        try "mine".write(toFile: "\(path)/kept/mine.txt", atomically: true, encoding: .utf8)
        let change = try render([ManifestFile("c.yaml", "c\n")])
        #expect(change.summary == "1 file (1 new, 2 removed)")
        #expect(text("old/a.yaml") == nil && !FileManager.default.fileExists(atPath: "\(path)/old"))
        #expect(text("kept/b.yaml") == nil && text("kept/mine.txt") == "mine")
    }

    @Test("a file that Slipway did not write is not touched unless it is to be taken over")
    func foreign() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try "theirs".write(toFile: "\(path)/compose.yaml", atomically: true, encoding: .utf8)
        let files = [ManifestFile("compose.yaml", "ours"), ManifestFile("other", "x")]
        let refused = #expect(throws: ReportableError.self) { try render(files) }
        #expect(refused?.code == .usage && refused?.message.contains("compose.yaml") == true)
        #expect(text("compose.yaml") == "theirs" && text("other") == nil)
        _ = try render(files, force: true)
        #expect(text("compose.yaml") == "ours")
    }

    @Test("a list that names places outside of the folder removes nothing there")
    func outside() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: "\(path)/in", withIntermediateDirectories: true)
        try "keep".write(toFile: "\(path)/victim", atomically: true, encoding: .utf8)
        let list = "../victim\n\(path)/victim\n"
        try list.write(toFile: "\(path)/in/\(RenderedFolder.listName)", atomically: true, encoding: .utf8)
        let inner = RenderedFolder(path: "\(path)/in")
        try inner.carryOut(try inner.change(to: []), takingOver: false)
        #expect(text("victim") == "keep")
    }

    @Test("a link is not followed, whoever put it and the list there")
    func link() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: "\(path)/in", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: "\(path)/in/link", withDestinationPath: path)
        try "keep".write(toFile: "\(path)/victim", atomically: true, encoding: .utf8)
        try "link/victim\n".write(toFile: "\(path)/in/\(RenderedFolder.listName)", atomically: true, encoding: .utf8)
        let inner = RenderedFolder(path: "\(path)/in")
        #expect(throws: ReportableError.self) { try inner.change(to: []) }
        #expect(throws: ReportableError.self) { try inner.change(to: [ManifestFile("link/victim", "lost")]) }
        #expect(text("victim") == "keep")
    }

    @Test("what secrets.sh makes is not Slipway's to show or remove, whatever the list says")
    func secrets() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: "\(path)/secrets", withIntermediateDirectories: true)
        try "value".write(toFile: "\(path)/secrets/jwt", atomically: true, encoding: .utf8)
        try "value".write(toFile: "\(path)/.env", atomically: true, encoding: .utf8)
        let list = "secrets/jwt\r\n.env\r\n"
        try list.write(toFile: "\(path)/\(RenderedFolder.listName)", atomically: true, encoding: .utf8)
        #expect(try folder.change(to: []).isEmpty)
    }

    @Test("differences read as `diff -u` writes them")
    func difference() {
        let before = (1...9).map { "line \($0)\n" }.joined()
        let after = before.replacing("line 5\n", with: "line five\n")
        #expect(
            LineDifference(path: "f", before: before, after: after).text == """
                --- a/f
                +++ b/f
                @@ -2,7 +2,7 @@
                 line 2
                 line 3
                 line 4
                -line 5
                +line five
                 line 6
                 line 7
                 line 8

                """
        )
        #expect(
            LineDifference(path: "f", before: nil, after: "x\n").text == "--- /dev/null\n+++ b/f\n@@ -0,0 +1,1 @@\n+x\n"
        )
        #expect(
            LineDifference(path: "f", before: "x\n", after: nil).text == "--- a/f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x\n"
        )
    }
}
