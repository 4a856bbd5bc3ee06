import Basics
import Glibc
import HostAccess
import Interfaces
import StackModel
import Testing

@testable import DataSources

extension DataRooms {
    @Suite struct PreparationTests {
        private func mode(_ path: String) -> mode_t {
            var status = stat()
            return lstat(path, &status) == 0 ? status.st_mode & 0o777 : 0
        }

        /// A set of a Redis that is gone, and where it is to come back.
        private func captured(_ yard: Yard, _ body: (DataFacts, Shelf, LiveRedis) async throws -> Void) async throws {
            let shelf = Shelf()
            var last: LiveRedis?
            var facts: RedisFacts?
            try await LiveRedis.with(yard, appendOnly: true) { redis in
                for key in ["a", "b"] { _ = try await redis.ask("SET", key, "1") }
                facts = try await redis.source.capture(scratch: "\(yard.path)/scratch", to: shelf.sink)
                last = redis
            }
            try await body(.redis(try #require(facts)), shelf, try #require(last))
        }

        /// What another slipway was about to make when it was killed, and the server that it left.
        private func orphan(in folder: String, _ yard: Yard) async throws -> any RunningProgram {
            try await Folder.make(folder)
            let orphan = try await yard.runner.start(
                CommandLine(
                    "redis-server",
                    ["--port", "0", "--unixsocket", "\(folder)/s", "--dir", folder, "--save", ""],
                    directory: "/"
                )
            )
            for _ in 0..<500 {
                let link = CommandLine("readlink", ["/proc/\(orphan.processID)/cwd"])
                if try await yard.runner.run(link).output.contains(folder) { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            return orphan
        }

        @Test("data comes to lie beside the live data as a whole, with its record, and with no server running")
        func prepare() async throws {
            try await Yard.with { yard in
                try await captured(yard) { facts, shelf, redis in
                    let preparation = DataPreparation(target: redis.place, runner: yard.runner)
                    let path = redis.place.beside
                    let orphan = try await orphan(in: "\(path)/.new-r0", yard)
                    func prepare() async throws -> DataEvidence {
                        try await preparation
                            .prepare("r1", facts: facts, scratch: "\(yard.path)/scratch", object: shelf.source)
                    }
                    let evidence = try await prepare()
                    #expect(evidence.counts["keys"] == 2 && evidence.version == "7.0.15")
                    #expect(await orphan.end().status == 128 + SIGKILL)
                    #expect(Folder.names(in: path, beginning: ".new").isEmpty)
                    #expect(yard.names(".beside/redis") == ["r1", "r1.json"])
                    let text = try await SpoolFile.open("\(path)/r1.json").content.next() ?? []
                    let record = try CanonicalJSON.decode(
                        PreparedData.self,
                        from: String(decoding: text, as: UTF8.self)
                    )
                    #expect(record.directory == FolderIdentity(of: "\(path)/r1") && record.replaced == nil)
                    #expect(record.layout["appendonly"] == "yes" && record.layout["appenddirname"] == "aofs")
                    #expect(mode("\(yard.path)/.beside") == 0o711 && mode(path) == 0o711)
                    #expect(mode("\(path)/r1") == 0o700 && mode("\(path)/r1.json") == 0o600)
                    let again = await #expect(throws: ReportableError.self) { _ = try await prepare() }
                    #expect(again?.code == .needsDecision)
                    try await refuse(facts, shelf, redis, yard)
                }
            }
        }

        private func refuse(_ facts: DataFacts, _ shelf: Shelf, _ redis: LiveRedis, _ yard: Yard) async throws {
            func failure(_ settings: [String: String], _ object: @escaping ObjectSource) async -> ReportableError? {
                let target = redis.place(redis.settings.merging(settings) { $1 })
                return await #expect(throws: ReportableError.self) {
                    _ = try await DataPreparation(target: target, runner: yard.runner)
                        .prepare("r2", facts: facts, scratch: "\(yard.path)/scratch", object: object)
                }
            }
            let gone = await failure([:]) { (name) throws(ReportableError) in
                throw ReportableError(.storeFailed, "the store is away")
            }
            #expect(gone?.code == .storeFailed)
            let small = await failure(["maxmemory": "100000"], shelf.source)
            #expect(small?.message.contains("may have 0 MiB") == true)
            let slot = try await PreparedSlot.open(redis.place, "r3", yard.runner)
            let busy = await failure([:], shelf.source)
            withExtendedLifetime(slot) {}
            #expect(busy?.code == .stackBusy)
            #expect(yard.names(".beside/redis") == ["r1", "r1.json"])
        }

        @Test("a drill tells what the data holds, how long it took, and leaves nothing")
        func drill() async throws {
            try await Yard.with { yard in
                try await captured(yard) { facts, shelf, redis in
                    let evidence = try await DataPreparation(target: redis.place, runner: yard.runner)
                        .prove(facts: facts, scratch: "\(yard.path)/scratch", object: shelf.source)
                    #expect(
                        evidence.counts
                            == ["keys": 2, "lastingKeys": 2, "databases": 1, "functionLibraries": 0, "sampledKeys": 2]
                    )
                    #expect(evidence.elapsed > .seconds(0) && evidence.capturedVersion == "7.0.15")
                }
            }
        }
    }
}
