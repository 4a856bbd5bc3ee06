import Basics
import Interfaces
import StackModel
import Testing

@testable import DataSources

@Suite struct DataSourcesUnitTests {
    @Test("the names of dumps can be blobs' names, whatever a database is called")
    func dumpNames() {
        #expect(DumpName.of("shop") == "pg-shop.dump")
        #expect(DumpName.of("a b/c+ü") == "pg-a+20b+2fc+2b+c3+bc.dump")
        #expect(BlobName(DumpName.of(String(repeating: "ü", count: 31))) != nil)
    }

    @Test("a snapshot is known by its first bytes")
    func header() {
        #expect(RDBHeader.version(Array("REDIS0010\u{fa}".utf8)) == 10)
        #expect(RDBHeader.version(Array("REDIS".utf8)) == nil)
        #expect(RDBHeader.version(Array("REDIS-001x".utf8)) == nil)
    }

    @Test("settings that are secrets are blanked, those that are empty stay so")
    func settings() throws {
        let json = #"{"requirepass":"x","masterauth":"","tls-key-file-pass":"y","port":"6379"}"#
        let text = String(decoding: try RedisSource.withoutSecrets(json), as: UTF8.self)
        #expect(
            text
                == #"{"masterauth":"","port":"6379","requirepass":"<redacted>","tls-key-file-pass":"<redacted>"}"#
                + "\n"
        )
    }

    @Test("a line is left out wherever the pieces of a text are cut", arguments: 1...30)
    func filter(size: Int) async throws {
        let text = Array("CREATE ROLE a;\nCREATE ROLE postgres;\n\nCREATE ROLE postgresx;\nCREATE ROLE postgres;".utf8)
        let pieces = stride(from: 0, to: text.count, by: size).map { Array(text[$0..<min($0 + size, text.count)]) }
        let left = AsyncStream<[UInt8]> { stream in
            for piece in pieces { stream.yield(piece) }
            stream.finish()
        }
        let source = ByteStream { () throws(ReportableError) in
            var rest = left.makeAsyncIterator()
            return await rest.next()
        }
        let filtered = LineFilter(of: source, without: "CREATE ROLE postgres;").content
        var found: [UInt8] = []
        while let piece = try await filtered.next() { found += piece }
        #expect(String(decoding: found, as: UTF8.self) == "CREATE ROLE a;\n\nCREATE ROLE postgresx;\n")
    }

    @Test("a tenth of what there was is a question, most of it is none, and a person may say that it is right")
    func shrink() throws {
        try ShrinkGuard().check("keys", of: "redis", before: 0, now: 0)
        try ShrinkGuard().check("keys", of: "redis", before: 100, now: 50)
        try ShrinkGuard(isAccepted: true).check("keys", of: "redis", before: 100, now: 0)
        let error = #expect(throws: ReportableError.self) {
            try ShrinkGuard().check("keys", of: "redis", before: 100, now: 10)
        }
        #expect(error?.message == "redis has 10 keys, and had 100 when it was last backed up")
    }

    @Test("about as many keys as wanted belong to a sample")
    func bound() {
        #expect(RedisContentReader.bound(for: 1000) == "g")
        #expect(RedisContentReader.bound(for: 2000) == "80000000")
        #expect(RedisContentReader.bound(for: 1_000_000_000).count == 8)
    }

    @Test("data that does not fit into the memory once more is not loaded once more")
    func memory() async throws {
        #expect(SpareMemory.available("MemTotal:  100 kB\nMemAvailable:     7 kB\n") == 7168)
        try await SpareMemory.check(1 << 20, for: "redis")
        let error = await #expect(throws: ReportableError.self) { try await SpareMemory.check(1 << 50, for: "redis") }
        #expect(error?.code == .engineFailed)
    }

    @Test("keys with an end may be gone, lasting ones may not")
    func differences() {
        let sample = RedisSample(seed: "s", bound: "g", keys: 1, digest: Digest(of: "x"))
        func content(_ keys: Int, _ expiring: Int, expired: Int = 0) -> RedisContent {
            RedisContent(
                databases: [.init(number: 0, keys: keys, expiring: expiring)],
                expired: expired,
                functionLibraries: 0,
                sample: sample
            )
        }
        #expect(content(10, 0).differences(from: content(15, 5)) == [])
        #expect(content(9, 0).differences(from: content(15, 5)).count == 1)
        #expect(content(16, 6).differences(from: content(15, 5)).count == 1)
        #expect(content(16, 6).differences(from: content(15, 5, expired: 1)) == [])
        #expect(throws: ReportableError.self) {
            try ShrinkGuard().check(content(3, 0).databases, since: content(9, 0), of: "redis")
        }
        #expect(throws: ReportableError.self) {
            try ShrinkGuard().check(content(0, 0).databases, since: content(9, 9), of: "redis")
        }
        #expect(throws: Never.self) {
            try ShrinkGuard().check(content(6, 1).databases, since: content(90, 84), of: "redis")
        }
    }

    @Test("a table that held much and holds nothing is a question, a small one is none")
    func emptyTable() throws {
        func database(_ rows: [Int]) -> PostgresDatabaseFacts {
            PostgresDatabaseFacts(
                name: "shop",
                object: "pg-shop.dump",
                lsn: "0/1",
                takenAt: Instant(milliseconds: 0),
                size: 1,
                encoding: "UTF8",
                collate: "C",
                ctype: "C",
                collationVersion: nil,
                extensions: [:],
                content: PostgresContent(
                    tables: rows.enumerated().map { .init(schema: "public", table: "t\($0)", rows: $1) },
                    largeObjects: 0
                )
            )
        }
        let before = database([9000, 2000, 900])
        try ShrinkGuard().check(database([9000, 1, 0]), since: before, of: "postgres")
        for now in [[9000, 0, 900], [9000]] {
            let error = #expect(throws: ReportableError.self) {
                try ShrinkGuard().check(database(now), since: before, of: "postgres")
            }
            #expect(error?.message.contains("no rows in public.t1 of shop, and had 2000") == true)
        }
    }

    @Test("the words of a program are shown without statements and rows")
    func words() {
        let complaint =
            #"pg_restore: error: COPY failed for table "t": ERROR:  invalid input syntax for type integer: "#
        let lines = [
            complaint + #""4711-x""#, #"CONTEXT:  COPY t, line 1, column id: "4711-x""#,
            "DETAIL:  Failing row contains (4711, Ada).", "Command was: COPY public.t (id) FROM stdin;",
            "ERROR:  role \"a\" PASSWORD 'x' is refused",
        ]
        #expect(PostgresWords.shown(lines) == [complaint + "\"…\""])
    }

    @Test("a disk that cannot hold the data is not begun to be filled")
    func room() async throws {
        try await SpareRoom.check([("/tmp", 1 << 20), ("/", 1)], to: "restore the data of redis")
        let error = await #expect(throws: ReportableError.self) {
            try await SpareRoom.check([("/tmp", .max)], to: "restore the data of redis")
        }
        #expect(error?.code == .engineFailed && error?.message.hasPrefix("to restore the data of redis takes") == true)
    }
}
