import Archives
import Basics
import Foundation
import Glibc
import Interfaces
import TestKit
import Testing
import Vault

@Suite struct ArchiveTests {
    private let limits = ArchiveLimits(entries: 10_000, bytes: 100_000_000)

    @Test func `a folder comes back as it was`() async throws {
        let scratch = try Scratch()
        try makeTree(scratch)
        let target = try scratch.folder("back")
        try await ArchiveReader.extract(ArchiveWriter.stream(of: "\(scratch.path)/tree"), into: target, limits: limits)
        #expect(try scratch.listing("back") == scratch.listing("tree"))
        #expect(
            try scratch.run("/usr/bin/find", "back", "-samefile", "back/data/one").split(separator: "\n").count == 2
        )
    }

    @Test func `the same folder makes the same archive`() async throws {
        let scratch = try Scratch()
        try makeTree(scratch)
        let first = try await ArchiveWriter.stream(of: "\(scratch.path)/tree").all()
        #expect(try await ArchiveWriter.stream(of: "\(scratch.path)/tree").all() == first)
    }

    @Test func `plain tar opens what is written here`() async throws {
        let scratch = try Scratch()
        try makeTree(scratch)
        try scratch.write(try await ArchiveWriter.stream(of: "\(scratch.path)/tree").all(), to: "tree.tar")
        _ = try scratch.folder("back")
        let words = try scratch.run("/usr/bin/tar", "-x", "-p", "--numeric-owner", "-f", "tree.tar", "-C", "back")
        #expect(words == "")
        #expect(try scratch.listing("back") == scratch.listing("tree"))
    }

    @Test(arguments: ["gnu", "posix", "ustar"], ["", "."]) func `what plain tar writes is opened here`(
        format: String,
        top: String
    ) async throws {
        let scratch = try Scratch()
        try makeTree(scratch, hasLongNames: format != "ustar")
        let tree = "\(scratch.path)/tree"
        let names = top == "." ? ["."] : try FileManager.default.contentsOfDirectory(atPath: tree).sorted()
        try scratch.run(
            "/bin/sh",
            "-c",
            "cd tree && tar --format=\(format) -cf ../tree.tar \(names.joined(separator: " "))"
        )
        let target = try scratch.folder("back")
        let stream = ByteStream.pieces(of: try scratch.read("tree.tar"), random: SplitMix64(seed: 11))
        try await ArchiveReader.extract(stream, into: target, limits: limits)
        if top.isEmpty { try scratch.run("/usr/bin/touch", "-r", "tree", "back") }
        if top.isEmpty { try scratch.run("/usr/bin/chmod", "--reference=tree", "back") }
        #expect(try scratch.listing("back") == scratch.listing("tree"))
    }

    @Test func `trees of every shape come back, also as compressed and encrypted`() async throws {
        for seed in 1...12 {
            let scratch = try Scratch()
            var random = SplitMix64(seed: UInt64(seed))
            try makeRandomTree(scratch, &random)
            let identity = AgeIdentity.generate()
            let recipient = try #require(identity.recipient)
            let sealed = try await ArchiveWriter.stream(of: "\(scratch.path)/tree").compressed(workers: 2)
                .encrypted(to: [recipient]).all()
            let stream = ByteStream.pieces(of: sealed, random: random).decrypted(by: [identity])
                .decompressed(limit: 100_000_000)
            try await ArchiveReader.extract(stream, into: try scratch.folder("back"), limits: limits)
            #expect(try scratch.listing("back") == scratch.listing("tree"), "seed \(seed)")
        }
    }

    @Test func `nothing from an archive runs as somebody else, and owners can be left`() async throws {
        let scratch = try Scratch()
        var maker = TarMaker()
        maker.add("program", mode: .text("0006755"), change: { $0[113] = 0x37 })
        maker.add("shared/", type: "5", mode: .text("0003777"))
        maker.end()
        for keeps in [true, false] {
            let target = try scratch.folder("back-\(keeps)")
            let stream = ByteStream(bytes: maker.bytes)
            try await ArchiveReader.extract(stream, into: target, limits: limits, owners: keeps ? .kept : .left)
            let found = try scratch.run("/usr/bin/find", target, "-mindepth", "1", "-printf", "%f %m %U\\n")
            let owner = keeps ? 0o70 : Int(geteuid())
            #expect(Set(found.split(separator: "\n")) == ["program 755 \(owner)", "shared 3777 \(geteuid())"])
        }
    }

    @Test func `sockets and pipes are left out, devices and links that lead outside are not archived`() async throws {
        let scratch = try Scratch()
        _ = try scratch.folder("tree")
        try scratch.write([1], to: "tree/file")
        try scratch.run("/usr/bin/mkfifo", "tree/pipe")
        let target = try scratch.folder("back")
        try await ArchiveReader.extract(ArchiveWriter.stream(of: "\(scratch.path)/tree"), into: target, limits: limits)
        #expect(try FileManager.default.contentsOfDirectory(atPath: target) == ["file"])

        try scratch.run("/usr/bin/ln", "-s", "/etc/passwd", "tree/link")
        let error = await #expect(throws: ReportableError.self) {
            try await ArchiveWriter.stream(of: "\(scratch.path)/tree").all()
        }
        #expect(error?.code == .fileFailed)
        #expect(error?.message.contains("tree/link: it is a link to the absolute '/etc/passwd'") == true)
    }

    @Test func `folders may lie as deep as a name is long`() async throws {
        let scratch = try Scratch()
        let name = String(repeating: "a/", count: 1900) + "b"
        var maker = TarMaker()
        maker.addRecords([("path", name)])
        maker.add("short", content: [1, 2, 3])
        maker.end()
        let target = try scratch.folder("back")
        try await ArchiveReader.extract(ByteStream(bytes: maker.bytes), into: target, limits: limits)
        #expect(try scratch.read("back/\(name)") == [1, 2, 3])
    }

    @Test func `only an empty folder is filled`() async throws {
        let scratch = try Scratch()
        try makeTree(scratch)
        let archive = try await ArchiveWriter.stream(of: "\(scratch.path)/tree").all()
        let error = await #expect(throws: ReportableError.self) {
            try await ArchiveReader.extract(ByteStream(bytes: archive), into: "\(scratch.path)/tree", limits: limits)
        }
        #expect(error?.message.contains("it is not empty") == true)
    }

    @Test func `the error of a source comes through`() async throws {
        let scratch = try Scratch()
        var maker = TarMaker()
        maker.add("file", content: [UInt8](repeating: 1, count: 5000))
        let error = await #expect(throws: ReportableError.self) {
            let stream = ByteStream.failing(after: Array(maker.bytes.prefix(2000)))
            try await ArchiveReader.extract(stream, into: try scratch.folder("back"), limits: limits)
        }
        #expect(error?.code == .storeFailed)
    }

    /// Something of everything.
    private func makeTree(_ scratch: Scratch, hasLongNames: Bool = true) throws {
        let long = hasLongNames ? String(repeating: "long-", count: 30) : "short"
        for folder in ["tree/data/\(long)/deep", "tree/empty", "tree/ünïcode"] { _ = try scratch.folder(folder) }
        var random = SplitMix64(seed: 2)
        for (number, size) in [0, 1, 511, 512, 513, 70_000, 1_100_000].enumerated() {
            try scratch.write(Samples.bytes(size, &random), to: "tree/data/\(number)")
        }
        try scratch.write([1, 2, 3], to: "tree/data/one")
        try scratch.write([4], to: "tree/data/\(long)/deep/\(long)")
        for name in ["a line\nfeed", "\u{e9}", "e\u{301}", "\u{301}", "\r"] {
            try scratch.write([5], to: "tree/ünïcode/\(name)")
        }
        _ = try scratch.folder("tree/ünïcode/e\u{302}/\u{301}x")
        _ = try scratch.folder("tree/ünïcode/\u{ea}/\u{301}x")
        try scratch.run(
            "/bin/sh",
            "-ec",
            """
            cd tree
            ln data/one data/other
            ln -s ../data/one empty/link
            ln -s 'data/\(long)/deep/\(long)' linked
            ln -s nowhere dangling
            chmod 0400 data/1; chmod 0500 empty; chmod 3770 data; chmod 0700 .
            [ "$(id -u)" != 0 ] || chown 123:456 data/2 data linked
            touch -h -d @1000000000 data/1 data linked; touch -d @1500000000 .
            """
        )
    }

    private func makeRandomTree(_ scratch: Scratch, _ random: inout SplitMix64) throws {
        var folders = ["tree"]
        _ = try scratch.folder("tree")
        for number in 0..<40 {
            let parent = random.pick(folders)
            let filling = String(repeating: random.pick(["x", "é", " "]), count: random.pick([0, 3, 90, 120]))
            let name = "\(parent)/\(number)\(filling)"
            if random.chance(of: 4) {
                _ = try scratch.folder(name)
                folders.append(name)
            } else {
                let most = random.pick([1, 600, 200_000])
                try scratch.write(Samples.bytes(Int.random(in: 0...most, using: &random), &random), to: name)
            }
        }
    }
}
