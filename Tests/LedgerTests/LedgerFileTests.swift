import Basics
import FoundationEssentials
import GRDB
import Glibc
import StackModel
import Testing

@testable import Ledger

@Suite("The ledger's file", .serialized)
struct LedgerFileTests {
    @Test("is private, marked as ours, and in no write-ahead mode")
    func fresh() async throws {
        try await Folder.with { folder in
            let ledger = try Ledger(path: folder.ledger)
            _ = try await ledger.record()
            #expect(try folder.mode(of: folder.ledger) == 0o600)
            #expect(try folder.mode(of: folder.ledger + "-journal") == 0o600)
            let settings = try await ledger.file.read { database in
                try ["journal_mode", "synchronous", "foreign_keys", "trusted_schema", "application_id", "user_version"]
                    .map { try String.fetchOne(database, sql: "PRAGMA \($0)") }
            }
            #expect(settings == ["truncate", "3", "1", "0", "\(Schema.applicationID)", "\(Schema.version)"])
            let tables = try folder.raw().read { database in
                try Row.fetchAll(
                    database,
                    sql: "SELECT name FROM pragma_table_list WHERE strict = 0 AND schema = 'main'"
                )
            }
            #expect(
                tables.map { $0["name"] as String }.sorted() == ["grdb_migrations", "sqlite_schema", "sqlite_sequence"]
            )
        }
    }

    @Test("is made private again when it was opened up")
    func permissions() async throws {
        try await Folder.with { folder in
            _ = try Ledger(path: folder.ledger)
            #expect(chmod(folder.ledger, 0o644) == 0)
            _ = try Ledger(path: folder.ledger)
            #expect(try folder.mode(of: folder.ledger) == 0o600)
        }
    }

    @Test("is refused when a newer slipway wrote it, and left as it is")
    func newer() async throws {
        try await Folder.with { folder in
            _ = try Ledger(path: folder.ledger)
            let newer = Schema.version + 1
            try await folder.raw().write { try $0.execute(sql: "PRAGMA user_version = \(newer)") }
            let before = try Data(contentsOf: URL(filePath: folder.ledger))
            let error = #expect(throws: ReportableError.self) { try Ledger(path: folder.ledger) }
            #expect(error?.code == .ledgerFailed)
            #expect(
                error?.message
                    == "the ledger \(folder.ledger) has schema \(newer), "
                    + "and this slipway knows schema \(Schema.version) at most"
            )
            #expect(try Data(contentsOf: URL(filePath: folder.ledger)) == before)
        }
    }

    @Test("is refused when it is another program's database, no database, or in no folder")
    func foreign() async throws {
        try await Folder.with { folder in
            try await folder.raw().write { try $0.execute(sql: "CREATE TABLE theirs (x)") }
            var error = #expect(throws: ReportableError.self) { try Ledger(path: folder.ledger) }
            #expect(error?.message == "\(folder.ledger) is not a ledger of slipway")
            let text = folder.path + "/text"
            try Data(String(repeating: "no database\n", count: 100).utf8).write(to: URL(filePath: text))
            error = #expect(throws: ReportableError.self) { try Ledger(path: text) }
            #expect(error?.message == "cannot use the ledger \(text): it is damaged")
            error = #expect(throws: ReportableError.self) { try Ledger(path: folder.path + "/no/ledger") }
            #expect(error?.message.hasPrefix("cannot create the ledger \(folder.path)/no/ledger") == true)
        }
    }

    @Test("is created whole when many open it at the same moment")
    func creationRace() async throws {
        try await Folder.with { folder in
            try await withThrowingTaskGroup { group in
                for _ in 1...8 { group.addTask { _ = try Ledger(path: folder.ledger) } }
                try await group.waitForAll()
            }
            #expect(try folder.integrity() == ["ok"])
        }
    }

    @Test("opens with every schema it ever had, and goes on from there", arguments: 1...Schema.version)
    func fixtures(version: Int) async throws {
        if version == Schema.version { try await SchemaFixture.rewriteIfAsked(version) }
        try await Folder.with { folder in
            try SchemaFixture.load(version, into: folder)
            let ledger = try Ledger(path: folder.ledger)
            let summary = try await ledger.summary(of: Samples.shop)
            #expect(summary.currentRelease?.number == 1)
            let release = try #require(try await ledger.currentRelease(of: Samples.shop))
            #expect(release.contents == Samples.contents())
            #expect(summary.currentRelease == ReleaseOutline(release))
            #expect(summary.lastOperation?.state == .crashed)
            let steps = try await ledger.steps(of: try #require(summary.lastOperation).id)
            #expect(steps.map(\.state) == [.begun, .pending])
            #expect(try await ledger.verifyChain().isIntact)
            let store = SecretStore(ledger: ledger, key: Keys.master)
            #expect(try await store.open("stripe", version: 1, of: Samples.shop).value.reveal() == Keys.canary)
            #expect(try await store.open("redis-app", version: 1, of: Samples.shop).user == "redis_app_a")
            try await ledger.succeed(Samples.plan())
            #expect(try await ledger.verifyChain().isIntact)
            #expect(try folder.integrity() == ["ok"])
        }
    }

    @Test("knows every service as stopped of a stack that an older slipway had marked as stopped")
    func stoppedStack() async throws {
        try await Folder.with { folder in
            try SchemaFixture.load(2, into: folder)
            try await folder.raw().write { try $0.execute(sql: "UPDATE stack SET is_stopped = 1") }
            #expect(try await Ledger(path: folder.ledger).summary(of: Samples.shop).stopped == ["api"])
        }
    }

    @Test("has the schema that its newest fixture was written with: a released migration is never edited")
    func frozenSchema() async throws {
        try await Folder.with { fresh in
            _ = try Ledger(path: fresh.ledger)
            try await Folder.with { old in
                try SchemaFixture.load(Schema.version, into: old)
                #expect(try SchemaFixture.schema(of: fresh) == SchemaFixture.schema(of: old))
            }
        }
    }
}
