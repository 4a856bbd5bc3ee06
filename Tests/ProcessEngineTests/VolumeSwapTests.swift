import Basics
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

@Suite struct VolumeSwapTests {
    private func lay(_ text: String, in volume: String) throws {
        try Disk.makeDirectory(volume)
        try Disk.write(Array(text.utf8), to: "\(volume)/data")
    }

    private func template(_ service: ServiceName, settings: String) -> ReplicaTemplate {
        ReplicaTemplate(
            service: service,
            kind: "redis",
            command: ["redis-server"],
            files: [RenderedFile(path: "redis.conf", content: Template("dir \"/x\"\n\(settings)\n"))]
        )
    }

    /// As whoever restores lays it beside the live data.
    private func prepare(_ name: RestorationName, of service: ServiceName = "redis", _ harbour: Harbour) throws {
        let path = harbour.folder.beside(service, name)
        try lay(name.text, in: path)
        try PreparedRecord(harbour.folder, service, name).write(
            PreparedData(
                directory: try #require(FolderIdentity(of: path)),
                layout: DataPlace.redisLayout(["appendonly": "yes"])
            )
        )
    }

    private func swapIn(
        _ name: RestorationName,
        of service: ServiceName = "redis",
        settings: String = "appendonly yes",
        _ harbour: Harbour
    ) async throws(ReportableError) {
        try await harbour.perform(.swapIn(service, name), template(service, settings: settings))
    }

    private func data(_ harbour: Harbour) -> String? { Disk.text("\(harbour.folder.volume("redis"))/data") }

    private func observed(_ harbour: Harbour) async throws -> Observation {
        try await harbour.engine.observe(harbour.stack, .glance)
    }

    @Test("two data directories change places, once, and back")
    func swap() async throws {
        try await Harbour.with { harbour in
            try lay("old", in: harbour.folder.volume("redis"))
            try prepare("r1", harbour)
            #expect(try await observed(harbour).prepared == ["redis": ["r1"]])
            for _ in 1...2 {
                try await swapIn("r1", harbour)
                #expect(data(harbour) == "r1")
                #expect(Disk.text("\(harbour.folder.beside("redis", "r1"))/data") == "old")
                let observed = try await observed(harbour)
                #expect(observed.restored == ["redis": "r1"] && observed.kept == ["redis": ["r1"]])
                #expect(observed.prepared.isEmpty)
            }
            for _ in 1...2 {
                try await harbour.perform(.swapOut("redis", "r1"))
                #expect(data(harbour) == "old")
                let observed = try await observed(harbour)
                #expect(observed.restored.isEmpty && observed.prepared == ["redis": ["r1"]])
            }
        }
    }

    @Test("a second restoration goes back to the first")
    func twice() async throws {
        try await Harbour.with { harbour in
            try lay("old", in: harbour.folder.volume("redis"))
            for name in ["r1", "r2"] as [RestorationName] {
                try prepare(name, harbour)
                try await swapIn(name, harbour)
            }
            #expect(try await observed(harbour).kept == ["redis": ["r1", "r2"]])
            try await harbour.perform(.swapOut("redis", "r1"))
            #expect(data(harbour) == "r2", "the first is not live, so that there is nothing to take back")
            try await harbour.perform(.swapOut("redis", "r2"))
            #expect(data(harbour) == "r1")
            try await harbour.perform(.swapOut("redis", "r1"))
            #expect(data(harbour) == "old")
        }
    }

    @Test("where there was no data before, there is none after going back")
    func fromNothing() async throws {
        try await Harbour.with { harbour in
            try prepare("r1", harbour)
            try await swapIn("r1", harbour)
            #expect(data(harbour) == "r1")
            try await harbour.perform(.swapOut("redis", "r1"))
            #expect(data(harbour) == nil)
            try await swapIn("r1", harbour)
            #expect(data(harbour) == "r1")
        }
    }

    @Test("data that was never prepared, is laid for another server, or is in use, is not swapped")
    func refused() async throws {
        try await Harbour.with { harbour in
            func failure(
                _ name: RestorationName,
                of service: ServiceName = "redis",
                _ settings: String = "appendonly yes"
            )
                async -> ReportableError?
            {
                await #expect(throws: ReportableError.self) {
                    try await swapIn(name, of: service, settings: settings, harbour)
                }
            }
            #expect(await failure("r1")?.code == .notFound)
            // Without a record, and in the place of what has one.
            try lay("foreign", in: harbour.folder.beside("redis", "r1"))
            #expect(await failure("r1")?.code == .notFound)
            try Disk.remove(tree: harbour.folder.beside("redis", "r1"))
            try prepare("r1", harbour)
            try Disk.move(harbour.folder.beside("redis", "r1"), to: harbour.folder.beside("redis", "r2"))
            try lay("foreign", in: harbour.folder.beside("redis", "r1"))
            #expect(await failure("r1")?.code == .notFound)

            try prepare("r3", harbour)
            let elsewhere = await failure("r3", "appendonly no")
            #expect(elsewhere?.code == .needsDecision)
            #expect(
                elsewhere?.message
                    == "the data was prepared for a Redis with `appendonly yes`, and redis has `appendonly no` now"
            )
            let app = Apps.server("", environment: [:])
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            try prepare("r1", of: "api", harbour)
            let used = await failure("r1", of: "api")
            #expect(used?.code == .needsDecision && used?.message == "the data of api is in use by api-1")

            // Asked to stop by somebody who died over it: its supervisor is there all the same.
            let replica = harbour.folder.replica("api-1")
            try Disk.write([], to: replica.down)
            try await harbour.engine.supervisor(of: replica).send("-d")
            try await swapIn("r1", of: "api", settings: "appendonly yes", harbour)
        }
    }

    @Test(
        "what a server writes into its data does not make it another restoration's, and lost data is not gone back to"
    )
    func lost() async throws {
        try await Harbour.with { harbour in
            try lay("old", in: harbour.folder.volume("redis"))
            try Disk.write(Array("r9".utf8), to: "\(harbour.folder.volume("redis"))/.slipway-restoration")
            #expect(try await observed(harbour).restored.isEmpty)
            try prepare("r1", harbour)
            try await swapIn("r1", harbour)
            try Disk.remove(tree: harbour.folder.beside("redis", "r1"))
            let lost = await #expect(throws: ReportableError.self) {
                try await harbour.perform(.swapOut("redis", "r1"))
            }
            #expect(lost?.code == .notFound && data(harbour) == "r1")
        }
    }

    @Test("what lies beside goes with the data, and is data to whoever takes the stack down")
    func removal() async throws {
        try await Harbour.with { harbour in
            try prepare("r1", harbour)
            try await harbour.perform(.removeStack)
            #expect(Disk.isDirectory(harbour.folder.beside("redis", "r1")))
            try lay("old", in: harbour.folder.volume("redis"))
            try await harbour.perform(.removeVolume("redis"))
            #expect(Disk.list(harbour.folder.volumes).isEmpty)
        }
    }
}
