import Basics
import Glibc
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

@Suite struct SourceTests {
    private func withSource(_ body: (String, Harbour) async throws -> Void) async throws {
        try await Harbour.with { harbour in
            let source = "\(harbour.home)/source"
            try Disk.makeDirectory("\(source)/lib", mode: 0o700)
            try Disk.write(Array("print(1)\n".utf8), to: "\(source)/app.py", mode: 0o600)
            try Disk.write(Array("#!/bin/sh\n".utf8), to: "\(source)/run", mode: 0o700)
            try Disk.write([], to: "\(source)/lib/empty")
            symlink("../app.py", "\(source)/lib/link.py")
            try await body(source, harbour)
        }
    }

    private func digest(_ source: String) throws -> Digest { try SourceTree(source).digest() }

    @Test("the digest changes with a name, a content, the right to execute, a link; not with times and owners")
    func digest() async throws {
        try await withSource { source, _ in
            let original = try digest(source)
            utimes("\(source)/app.py", nil)
            chmod("\(source)/app.py", 0o644)
            #expect(try digest(source) == original)
            chmod("\(source)/app.py", 0o755)
            let executable = try digest(source)
            rename("\(source)/app.py", "\(source)/app2.py")
            let renamed = try digest(source)
            try Disk.write(Array("print(2)\n".utf8), to: "\(source)/app2.py", mode: 0o755)
            let changed = try digest(source)
            unlink("\(source)/lib/link.py")
            symlink("../run", "\(source)/lib/link.py")
            #expect(Set([original, executable, renamed, changed, try digest(source)]).count == 5)
        }
    }

    @Test("a stored source is a whole copy, readable by all who may enter it, and stored once")
    func store() async throws {
        try await withSource { source, harbour in
            let digest = try await harbour.engine.digest(ofSource: source)
            try await harbour.perform(.storeSource("api", digest), source: source)
            try await harbour.perform(.storeSource("api", digest), source: source)
            let stored = harbour.folder.source(digest)
            #expect(try self.digest(stored) == digest)
            #expect(try await harbour.engine.observe(harbour.stack, .glance).sources == [digest])
            for (path, mode) in [("app.py", 0o644), ("run", 0o755), ("lib", 0o755), ("lib/empty", 0o644)] {
                var status = stat()
                #expect(stat("\(stored)/\(path)", &status) == 0 && Int(status.st_mode & 0o777) == mode, "\(path)")
            }
        }
    }

    @Test("services that share a source store it at the same moment")
    func shared() async throws {
        try await withSource { source, harbour in
            let digest = try await harbour.engine.digest(ofSource: source)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...8 {
                    let service = ServiceName(unchecked: "api-\(number)")
                    group.addTask { try await harbour.perform(.storeSource(service, digest), source: source) }
                }
                try await group.waitForAll()
            }
            #expect(Disk.list(harbour.folder.sources) == [digest.hex])
        }
    }

    @Test("a source that changed since it was planned is refused and not stored")
    func changed() async throws {
        try await withSource { source, harbour in
            let digest = try await harbour.engine.digest(ofSource: source)
            try Disk.write(Array("print(3)\n".utf8), to: "\(source)/app.py")
            let error = await #expect(throws: ReportableError.self) {
                try await harbour.perform(.storeSource("api", digest), source: source)
            }
            #expect(error?.code == .planStale)
            #expect(Disk.list(harbour.folder.sources).isEmpty)
        }
    }

    @Test("links that lead outside, pipes and sockets are refused by name, unless they are ignored")
    func refused() async throws {
        try await withSource { source, _ in
            symlink("/etc/passwd", "\(source)/out")
            let link = #expect(throws: ReportableError.self) { try SourceTree(source) }
            #expect(link?.message.hasPrefix("the link out in ") == true)
            unlink("\(source)/out")
            mkfifo("\(source)/lib/pipe", 0o600)
            let pipe = #expect(throws: ReportableError.self) { try SourceTree(source) }
            #expect(pipe?.message.hasPrefix("lib/pipe in ") == true)
            try Disk.write(Array("pipe\n".utf8), to: "\(source)/.slipwayignore")
            #expect(throws: Never.self) { try SourceTree(source) }
        }
    }

    @Test(
        "a link is judged by where it leads through other links",
        arguments: [
            (["a/b/c": "../../x"], true), (["a/b/c": "../../../x"], false), (["c": "../x"], false),
            (["c": "x/../y"], true), (["a/c": "../../x"], false), (["c": "/x"], false), (["c": "./x"], true),
            (["a/b/c/up": "../..", "out": "a/b/c/up/../../x"], false),
            (["a/b/c/up": "../..", "in": "a/b/c/up/../x"], true),
            (["here": "a/b", "out": "here/../../x"], true), (["a/top": "..", "a/out": "top/../x"], false),
            (["a": "b", "b": "a"], true), (["loop": "loop/../../x"], true),
        ]
    )
    func links(targets: [String: String], inside: Bool) {
        let links = SourceLinks(targets: targets)
        #expect(targets.keys.allSatisfy { links.staysInside($0) } == inside)
    }

    @Test("links that only together lead outside are refused")
    func joined() async throws {
        try await withSource { source, _ in
            try Disk.makeDirectory("\(source)/a/b/c")
            symlink("../..", "\(source)/a/b/c/up")
            symlink("a/b/c/up/../../x", "\(source)/out")
            let error = #expect(throws: ReportableError.self) { try SourceTree(source) }
            #expect(error?.message.hasPrefix("the link out in ") == true)
        }
    }

    @Test("a copy that cannot be finished leaves nothing behind")
    func unfinished() async throws {
        try await withSource { source, harbour in
            // Where it is copied to its path is longer than the kernel takes.
            var path = source
            while path.utf8.count + 251 < 4090 {
                path += "/" + String(repeating: "d", count: 250)
                #expect(mkdir(path, 0o700) == 0)
            }
            let digest = try await harbour.engine.digest(ofSource: source)
            await #expect(throws: ReportableError.self) {
                try await harbour.perform(.storeSource("api", digest), source: source)
            }
            #expect(Disk.list(harbour.folder.sources).isEmpty)
        }
    }

    @Test(
        "ignore rules read as those of git",
        arguments: [
            ("*.pyc", "a.pyc", false, true), ("*.pyc", "x/y/a.pyc", false, true), ("*.pyc", "a.py", false, false),
            ("/build", "build", true, true), ("/build", "x/build", true, false), ("build/", "build", false, false),
            ("build/", "x/build", true, true), ("docs/*.md", "docs/a.md", false, true),
            ("docs/*.md", "docs/x/a.md", false, false), ("docs/**/a.md", "docs/a.md", false, true),
            ("docs/**/a.md", "docs/x/y/a.md", false, true), ("**/logs", "a/logs", true, true),
            ("logs/**", "logs/a/b", false, true), ("logs/**", "logs", true, false),
            ("*.log\n!keep.log", "keep.log", false, false), ("!keep.log\n*.log", "keep.log", false, true),
            ("# a.txt", "a.txt", false, false), ("\\#a", "#a", false, true), ("a?c", "abc", false, true),
            ("", ".env", false, true), ("", "sub/.env", false, true), ("", ".env.local", false, true),
            ("", ".environment", false, false), ("", "a.env", false, false),
            ("!.env.defaults", ".env.defaults", false, false), ("!.env.defaults", ".env", false, true),
            ("", ".git", true, true), ("!.git", "sub/.git", true, true), ("a.txt   ", "a.txt", false, true),
        ]
    )
    func ignoring(rules: String, path: String, isDirectory: Bool, ignored: Bool) {
        #expect(IgnoreRules(rules).ignores(path, isDirectory: isDirectory) == ignored)
    }
}
