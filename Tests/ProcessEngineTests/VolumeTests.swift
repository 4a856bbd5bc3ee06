import Basics
import Glibc
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

@Suite(.serialized) struct VolumeTests {
    /// Serves, and has written its number into the volume before.
    private func app(_ names: [VolumeName], revision: String = "1") -> ReplicaTemplate {
        var app = Apps.server(
            """
            with open(os.environ["UPLOADS"] + "/log", "a") as log:
                log.write(os.environ["SLIPWAY_REPLICA"] + " " + sys.argv[1] + "\\n")
            """,
            environment: ["UPLOADS": "\(.mount("uploads"))", "REVISION": Template(revision)]
        )
        app.command.append("\(.mount("uploads"))/x")
        app.volume = Volume(shared: names)
        return app
    }

    @Test("all replicas of an app share its volumes, which outlive them and their releases")
    func areShared() async throws {
        try await Harbour.with { harbour in
            let first = app(["uploads"])
            try await harbour.perform(.prepareVolume("api"), first)
            try await harbour.perform(.prepareVolume("api"), first)
            for number in [1, 2] {
                try await harbour.start(first, number)
                try await harbour.awaitReady(first, number)
            }
            try await harbour.perform(.removeReplica("api-1"))
            try await harbour.stop(first, 2)
            let second = app(["uploads", "cache"], revision: "2")
            try await harbour.start(second, 3)
            try await harbour.awaitReady(second, 3)
            let path = harbour.folder.volume("api", "uploads")
            #expect(path == "\(harbour.folder.volumes)/api/uploads")
            #expect(Disk.text("\(path)/log") == [1, 2, 3].map { "api-\($0) \(path)/x\n" }.joined())
            #expect(Disk.list(harbour.folder.volume("api")) == ["cache", "uploads"])
            #expect(try await harbour.engine.observe(harbour.stack, .glance).volumes == ["api"])
        }
    }

    @Test("replicas that start at the same moment find the same directory")
    func startTogether() async throws {
        try await Harbour.with { harbour in
            let app = app(["uploads"])
            try await harbour.perform(.prepareVolume("api"), app)
            try await withThrowingTaskGroup { group in
                for number in 1...6 {
                    group.addTask { try await harbour.start(app, number) }
                }
                try await group.waitForAll()
            }
            for number in 1...6 { try await harbour.awaitReady(app, number) }
            let log = Disk.text("\(harbour.folder.volume("api", "uploads"))/log") ?? ""
            #expect(log.split(separator: "\n").count == 6)
        }
    }

    @Test("a volume is the app's alone, and nothing but its files is", .enabled(if: geteuid() == 0, "needs root"))
    func isPrivate() async throws {
        try await Harbour.with { harbour in
            let app = app(["uploads"])
            try await harbour.perform(.prepareVolume("api"), app)
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            let user = try #require(try harbour.engine.allotments.load()[harbour.stack].users["api"])
            var status = stat()
            #expect(stat(harbour.folder.volume("api", "uploads"), &status) == 0)
            #expect(status.st_uid == user && status.st_gid == user && status.st_mode & 0o777 == 0o700)
            #expect(stat(harbour.folder.volume("api"), &status) == 0)
            #expect(status.st_uid == 0 && status.st_mode & 0o777 == 0o711)
        }
    }

    @Test("what a person has set for it stays, and a crash in its making is made good", .enabled(if: geteuid() == 0))
    func isKept() async throws {
        try await Harbour.with { harbour in
            let app = app(["uploads"])
            let path = harbour.folder.volume("api", "uploads")
            try Disk.makeDirectory(path, mode: 0o700)
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            chmod(path, 0o750)
            try await harbour.perform(.removeReplica("api-1"))
            try await harbour.start(app)
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o750 && status.st_uid != 0)
        }
    }

    @Test(
        "a volume that is another user's is not used, and it is said how to change that",
        .enabled(if: geteuid() == 0)
    )
    func isForeign() async throws {
        try await Harbour.with { harbour in
            var app = app(["uploads"])
            try await harbour.perform(.prepareVolume("api"), app)
            try await harbour.start(app)
            try await harbour.perform(.removeReplica("api-1"))
            app.user = .named("nobody")
            let error = await #expect(throws: ReportableError.self) { try await harbour.start(app) }
            #expect(error?.message == "the volume uploads of api is not that of nobody, whom api runs as")
            let path = harbour.folder.volume("api", "uploads")
            #expect(error?.hint?.hasPrefix("Give it to them with `chown -R 65534:65534 \(path)`") == true)
            #expect(!harbour.folder.replica("api-1").exists)
        }
    }

    @Test("volumes stay with their stack until their data is destroyed")
    func areRemoved() async throws {
        try await Harbour.with { harbour in
            let app = app(["uploads"])
            try await harbour.perform(.prepareVolume("api"), app)
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            let refused = await #expect(throws: ReportableError.self) {
                try await harbour.perform(.removeVolume("api"))
            }
            #expect(refused?.code == .needsDecision)
            try await harbour.perform(.removeReplica("api-1"))
            try await harbour.perform(.removeStack)
            #expect(Disk.exists("\(harbour.folder.volume("api", "uploads"))/log"))
            try await harbour.perform(.removeVolume("api"))
            #expect(Disk.list(harbour.folder.volumes) == [])
            try await harbour.perform(.removeStack)
            #expect(Disk.list("\(harbour.home)/stacks") == [])
        }
    }
}
