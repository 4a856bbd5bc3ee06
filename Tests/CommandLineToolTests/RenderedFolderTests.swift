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

    private static let set = RenderedSet(target: "compose", stack: "shop", environment: "local")

    private func render(_ files: [ManifestFile], of set: RenderedSet = set, force: Bool = false) throws
        -> RenderedChange
    {
        let change = try folder.change(to: files, of: set)
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
        #expect(try folder.change(to: files, of: Self.set).isEmpty)
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

    @Test(
        "a Compose file of somebody's that would no longer be read is named, once",
        arguments: ["compose.yml", "docker-compose.yml", "docker-compose.yaml"]
    )
    func shadows(_ name: String) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try "theirs".write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
        _ = try render([ManifestFile("kustomization.yaml", "x")])
        let refused = #expect(throws: ReportableError.self) { try render([ManifestFile("compose.yaml", "ours")]) }
        #expect(refused?.message == "\(path) holds \(name), which Docker Compose does not read beside compose.yaml")
        #expect(text("compose.yaml") == nil)
        _ = try render([ManifestFile("compose.yaml", "ours")], force: true)
        _ = try render([ManifestFile("compose.yaml", "ours, later")])
        #expect(text(name) == "theirs" && text("compose.yaml") == "ours, later")
    }

    @Test("so is one that is a link, which nobody follows, whether it leads anywhere or not")
    func shadowsLinks() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let link = "\(path)/docker-compose.yml"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../theirs.yml")
        let refused = #expect(throws: ReportableError.self) { try render([ManifestFile("compose.yaml", "ours")]) }
        #expect(refused?.message.contains("holds docker-compose.yml, which Docker Compose does not read") == true)
        _ = try render([ManifestFile("compose.yaml", "ours")], force: true)
        #expect(text("compose.yaml") == "ours")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "../theirs.yml")
    }

    @Test("files beside those of the set are nobody's drafts, and no draft stays, written or not")
    func drafts() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let own = ["compose.yaml.new", "compose.yaml.2024-11", "compose.yaml.slipway-\(getpid())-1", "x.slipway-1-"]
        for name in own { try "mine".write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8) }
        _ = try render([ManifestFile("compose.yaml", "1")])
        #expect(own.compactMap(text) == own.map { _ in "mine" } && text("compose.yaml") == "1")
        let there = Set(own + ["compose.yaml", RenderedList.name])
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: path)) == there)
        let change = try folder.change(to: [ManifestFile("compose.yaml", "2")], of: Self.set)
        try FileManager.default.removeItem(atPath: "\(path)/compose.yaml")
        try FileManager.default.createDirectory(atPath: "\(path)/compose.yaml", withIntermediateDirectories: true)
        #expect(throws: ReportableError.self) { try folder.carryOut(change, takingOver: false) }
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: path)) == there)
    }

    @Test("drafts of whoever was killed are removed by the next call, and of nobody else")
    func leftOvers() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let gone = Foundation.Process()
        gone.executableURL = URL(filePath: "/bin/true")
        try gone.run()
        gone.waitUntilExit()
        try FileManager.default.createDirectory(atPath: "\(path)/a", withIntermediateDirectories: true)
        let left = ["a/b.yaml", "c", RenderedList.name].map { "\($0).slipway-\(gone.processIdentifier)-1" }
        let dead = gone.processIdentifier
        let others = ["a/c.slipway-\(dead)-1", "a/b.yaml.slipway-1-1", "c.\(dead)-1"]
        for name in left + others { try "1".write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8) }
        _ = try render([ManifestFile("a/b.yaml", "b\n"), ManifestFile("c", "c\n")])
        #expect(left.compactMap(text) == [] && others.compactMap(text).count == 3)
    }

    @Test("where an image is built around it, what keeps the secrets out of that is told until it is there")
    func buildContext() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: "\(path)/app/out", withIntermediateDirectories: true)
        try "".write(toFile: "\(path)/app/.git", atomically: true, encoding: .utf8)
        try "".write(toFile: "\(path)/Dockerfile", atomically: true, encoding: .utf8)
        #expect(BuildContext.advice(for: "\(path)/app/out/") == nil)
        try "FROM scratch".write(toFile: "\(path)/app/Dockerfile", atomically: true, encoding: .utf8)
        #expect(
            BuildContext.advice(for: "\(path)/app/out/")
                == "an image built from \(path)/app could hold every secret: add the lines out/secrets and out/.env to "
                + "\(path)/app/.dockerignore"
        )
        #expect(BuildContext.advice(for: "\(path)/app")?.contains("the lines secrets and .env to") == true)
    }

    @Test(
        "a .dockerignore has to keep out the secrets and the environment both",
        arguments: [
            ("out\n", nil), ("./out/**\n", nil), ("*\n", nil), ("/*\n", nil), ("**\n", nil), ("**/*\n", nil),
            ("**/out/\n", nil), ("/out/secrets/\nout/.env\n", nil), ("**/secrets\n**/.env\n", nil),
            ("out/secrets\n", "the line out/.env to"), ("**/.env\n", "the line out/secrets to"),
            ("*/*/out\nsecrets\n.env\n", "the lines out/secrets and out/.env to"),
            ("**/.env*\n**/secrets*\n", nil), ("out/*\n!out/compose.yaml\n", nil), ("# out\n*\n!src\n", nil),
            ("*\n!out\n", "the lines out/secrets and out/.env to"), ("*\n! /out/secrets\n", "the line out/secrets to"),
            ("out\n!out\nout/.env\n", "the line out/secrets to"), ("!out\nout\n", nil),
            (".env*\nout/s*\n", "the line out/.env to"),
        ] as [(String, String?)]
    )
    func ignores(_ lines: String, _ advice: String?) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: "\(path)/out", withIntermediateDirectories: true)
        for (name, text) in [("Dockerfile", "FROM scratch"), (".git", ""), (".dockerignore", "node_modules\n\(lines)")]
        {
            try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
        }
        let said = BuildContext.advice(for: "\(path)/out")
        #expect(advice.map { said?.contains($0) == true } ?? (said == nil), "\(said ?? "")")
    }

    @Test("a list that names places outside of the folder removes nothing there")
    func outside() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: "\(path)/in", withIntermediateDirectories: true)
        try "keep".write(toFile: "\(path)/victim", atomically: true, encoding: .utf8)
        let list = "../victim\n\(path)/victim\n"
        try list.write(toFile: "\(path)/in/\(RenderedList.name)", atomically: true, encoding: .utf8)
        let inner = RenderedFolder(path: "\(path)/in")
        try inner.carryOut(try inner.change(to: [], of: Self.set), takingOver: false)
        #expect(text("victim") == "keep")
    }

    @Test("a link is not followed, whoever put it and the list there")
    func link() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: "\(path)/in", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: "\(path)/in/link", withDestinationPath: path)
        try "keep".write(toFile: "\(path)/victim", atomically: true, encoding: .utf8)
        try "link/victim\n".write(toFile: "\(path)/in/\(RenderedList.name)", atomically: true, encoding: .utf8)
        let inner = RenderedFolder(path: "\(path)/in")
        #expect(throws: ReportableError.self) { try inner.change(to: [], of: Self.set) }
        #expect(throws: ReportableError.self) {
            try inner.change(to: [ManifestFile("link/victim", "lost")], of: Self.set)
        }
        #expect(text("victim") == "keep")
    }

    @Test("what secrets.sh makes is not Slipway's to show or remove, whatever the list says")
    func secrets() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: "\(path)/secrets", withIntermediateDirectories: true)
        try "value".write(toFile: "\(path)/secrets/jwt", atomically: true, encoding: .utf8)
        try "value".write(toFile: "\(path)/.env", atomically: true, encoding: .utf8)
        let list = "secrets/jwt\r\n.env\r\n"
        try list.write(toFile: "\(path)/\(RenderedList.name)", atomically: true, encoding: .utf8)
        #expect(try folder.change(to: [], of: Self.set).isEmpty)
    }

    @Test("another target, stack or environment is not put into a folder that has one, unless it is to be replaced")
    func otherSet() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (old, new) = ([ManifestFile("compose.yaml", "old\n")], [ManifestFile("kustomization.yaml", "new\n")])
        _ = try render(old)
        for other in [
            RenderedSet(target: "kubernetes", stack: "shop", environment: "local"),
            RenderedSet(target: "compose", stack: "hello", environment: "local"),
            RenderedSet(target: "compose", stack: "shop", environment: "production"),
        ] {
            let refused = #expect(throws: ReportableError.self) { try render(new, of: other) }
            #expect(refused?.code == .usage)
            #expect(refused?.message == "\(path) holds the compose files of shop/local, not \(other.words)")
        }
        #expect(text("compose.yaml") == "old\n" && text("kustomization.yaml") == nil)
        let other = RenderedSet(target: "kubernetes", stack: "shop", environment: "local")
        _ = try render(new, of: other, force: true)
        #expect(text("compose.yaml") == nil && text("kustomization.yaml") == "new\n")
        _ = try render(new, of: other)
    }

    @Test("what somebody changed by hand is neither replaced nor removed, and every such file is named")
    func edited() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = ["a", "b", "c"].map { ManifestFile($0, "\($0) 1\n") }
        _ = try render(first)
        try "mine".write(toFile: "\(path)/a", atomically: true, encoding: .utf8)
        try "mine".write(toFile: "\(path)/c", atomically: true, encoding: .utf8)
        let second = [ManifestFile("a", "a 2\n"), ManifestFile("b", "b 2\n")]
        let refused = #expect(throws: ReportableError.self) { try render(second) }
        #expect(refused?.code == .usage && refused?.details == ["a", "c"])
        #expect(["a", "b", "c"].map(text) == ["mine", "b 1\n", "mine"])
        let shown = try folder.change(to: second, of: Self.set).text
        #expect(shown.contains("a was changed by hand since it was rendered\n--- a/a\n"))
        #expect(shown.contains("c was changed by hand since it was rendered\n--- a/c\n"))
        #expect(!shown.contains("b was changed"))
        _ = try render(second, force: true)
        #expect(["a", "b", "c"].map(text) == ["a 2\n", "b 2\n", nil])
    }

    @Test("whoever made by hand exactly what is rendered next is not asked")
    func editedAlike() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try render([ManifestFile("a", "1\n")])
        try "2\n".write(toFile: "\(path)/a", atomically: true, encoding: .utf8)
        _ = try render([ManifestFile("a", "2\n")])
        _ = try render([ManifestFile("a", "3\n")])
        #expect(text("a") == "3\n")
    }

    @Test("a list of names alone, from before contents were recorded, is taken as it is")
    func earlierList() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for name in ["a", "gone"] { try "old".write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8) }
        let list = "# The files of this folder.\na\ngone\n"
        try list.write(toFile: "\(path)/\(RenderedList.name)", atomically: true, encoding: .utf8)
        _ = try render([ManifestFile("a", "new")])
        #expect(text("a") == "new" && text("gone") == nil)
    }

    @Test("stopped half way, whatever of it was written, the next call completes it")
    func interrupted() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (first, second) = (["a", "b"].map { ManifestFile($0, "1") }, ["a", "b"].map { ManifestFile($0, "2") })
        _ = try render(first)
        var list = RenderedList(of: Self.set, second)
        list.add(RenderedList(of: Self.set, first))
        try list.text.write(toFile: "\(path)/\(RenderedList.name)", atomically: true, encoding: .utf8)
        try "2".write(toFile: "\(path)/a", atomically: true, encoding: .utf8)
        _ = try render(["a", "b"].map { ManifestFile($0, "3") })
        #expect(text("a") == "3" && text("b") == "3")
    }

    @Test("sha256sum reads the list")
    func readable() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try render([ManifestFile("a b/c", "1"), ManifestFile("d", "größe")])
        let process = Foundation.Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["sha256sum", "--check", "--strict", "--quiet", RenderedList.name]
        process.currentDirectoryURL = URL(filePath: path)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(text(RenderedList.name)?.contains("# target: compose\n# stack: shop\n# environment: local\n") == true)
    }

    @Test("a place that cannot be written to is named as it was typed")
    func unwritable() throws {
        try "file".write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        for (place, words) in [
            (path, "\(path) is a file"), ("\(path)/below", "cannot write to \(path)/below"),
            ("/proc/here", "cannot make the folder /proc/here"),
        ] {
            let folder = RenderedFolder(path: place + "/")
            let refused = #expect(throws: ReportableError.self) {
                let change = try folder.change(to: [ManifestFile("a", "1")], of: Self.set)
                try folder.carryOut(change, takingOver: false)
            }
            #expect(refused?.message.hasPrefix(words) == true, "\(refused?.message ?? "")")
            #expect(refused?.message.contains(RenderedList.name) == false)
        }
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
