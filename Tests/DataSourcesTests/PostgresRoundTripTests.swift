import Basics
import Glibc
import HostAccess
import Interfaces
import StackModel
import Testing

@testable import DataSources

extension DataRooms {
    @Suite struct PostgresRoundTripTests {
        @Test("all that Postgres held comes back in a cluster that the live server starts on")
        func roundTrip() async throws {
            try await Yard.with { yard in
                let shelf = Shelf()
                try await LivePostgres.with(yard) { postgres in
                    try await postgres.fill()
                    try await postgres.poison()
                    let seen = try await argumentsSeen {
                        let facts = try await postgres.source.captureLogical(to: shelf.sink)
                        shelf["facts"] = CanonicalJSON.encode(facts)
                    }
                    #expect(seen.contains { $0.contains("pg_dump ") && $0.contains("--snapshot=") })
                    #expect(!seen.contains { $0.contains("app-password") || $0.contains("SCRAM") })
                    // Nothing of the capture is left in the server.
                    let sessions =
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name IN ('slipway', 'pg_dump')"
                    #expect(try await postgres.ask(sessions, in: "template1") == "1")
                }
                let facts = try CanonicalJSON.decode(PostgresFacts.self, from: shelf.text("facts"))
                try check(facts, shelf)
                try await LivePostgres.with(yard, "target") { target in
                    _ = try await target.ask("CREATE DATABASE untouched", in: "postgres")
                    let time = try await ContinuousClock().measure {
                        try await target.restoration.prepare(
                            in: "\(yard.path)/restored",
                            scratch: "\(yard.path)/scratch",
                            facts: facts,
                            object: shelf.source
                        )
                    }
                    print("a small Postgres of four databases is prepared and proven in \(time)")
                    let count = "SELECT count(*) FROM pg_database WHERE datname IN ('untouched', 'shop')"
                    #expect(try await target.ask(count, in: "postgres") == "1")
                }
                for _ in 1...2 { try await LivePostgres.with(yard, "restored") { try await checkRestored($0) } }
            }
        }

        private func check(_ facts: PostgresFacts, _ shelf: Shelf) throws {
            #expect(
                shelf.names.filter { $0 != "facts" } == [
                    "pg-globals.sql", "pg-my+20+22odd+22+20da+5cta+27base.dump", "pg-postgres.dump", "pg-shop.dump",
                    "pg-template1.dump",
                ]
            )
            #expect(shelf.secretNames == ["pg-globals.sql"])
            #expect(shelf.text(PostgresFacts.globals).contains("SCRAM-SHA-256$"))
            for secret in ["SCRAM", "app-password"] { #expect(!shelf.text("facts").contains(secret)) }
            #expect(facts.version.hasPrefix("15.") && facts.timeline == 1)
            #expect(facts.unreachable == ["closed"])
            #expect(facts.encoding == "UTF8" && facts.collate == "C.UTF-8" && facts.dataChecksums)
            #expect(Int(facts.systemIdentifier) != nil && facts.tablespaces == [] && facts.settings.count == 5)
            let shop = try #require(facts.databases.first { $0.name == "shop" })
            #expect(shop.lsn.contains("/") && shop.size > 5_000_000)
            #expect(Set(shop.extensions.keys) == ["pgcrypto", "plpgsql"])
            #expect(shop.content.largeObjects == 1)
            #expect(shop.content.tables.map(\.table) == ["Odd \"name\"\nhere", "parted_1", "orders"])
            #expect(shop.content.tables.map(\.rows) == [2, 1, 5000])
        }

        private func checkRestored(_ postgres: LivePostgres) async throws {
            func expect(_ sql: String, _ answer: String, in database: String = "shop") async throws {
                #expect(try await postgres.ask(sql, in: database) == answer, "\(sql)")
            }
            try await expect("SELECT count(*), sum(price) FROM sales.orders", "5000|12502500")
            try await expect("SELECT nextval('sales.orders_id_seq')::int > 5000", "t")
            try await expect("SELECT convert_from(lo_get(4711), 'UTF8')", "a large object")
            try await expect("SELECT twice(21)", "42")
            try await expect("SELECT length(crypt('x', gen_salt('bf')))", "60")
            try await expect("SELECT sum FROM totals", "12502500")
            try await expect("SELECT x FROM t", "1", in: LivePostgres.strange)
            let owners = "SELECT tableowner FROM pg_tables WHERE tablename = 'orders'"
            try await expect(owners, "app")
            try await expect("SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'sales'", "app")
            try await expect("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'shop'", "shop_owner")
            try await expect("SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'app'", "t")
            try await expect("SELECT pg_has_role('app', 'shop_owner', 'MEMBER')", "t")
            try await expect("SELECT rolconnlimit FROM pg_roles WHERE rolname = 'app'", "7")
            try await expect(
                "SELECT string_agg(s, ' ' ORDER BY s) FROM (SELECT unnest(setconfig) s FROM pg_db_role_setting) x",
                "default_transaction_read_only=on role=shop_owner search_path=public, pg_catalog statement_timeout=1 "
                    + "statement_timeout=7s work_mem=5MB"
            )
            try await expect("SELECT has_database_privilege('public', 'shop', 'CONNECT')", "f")
            try await expect("SELECT has_database_privilege('public', 'postgres', 'CONNECT')", "f")
            try await expect("SELECT has_database_privilege('public', 'template1', 'CONNECT')", "f")
            try await expect("SELECT datistemplate FROM pg_database WHERE datname = 'template1'", "t")
            try await expect("SELECT reltuples FROM pg_class WHERE relname = 'orders'", "5000")
            try await expect("SHOW data_checksums", "on")
        }

        @Test("the counts are those of the dump's own moment, whatever is written meanwhile")
        func writeLoad() async throws {
            try await Yard.with { yard in
                try await LivePostgres.with(yard) { postgres in
                    try await postgres.fill()
                    let writer = Task {
                        var times = 0
                        while !Task.isCancelled {
                            times += 1
                            _ = try? await postgres.ask(
                                """
                                INSERT INTO sales.orders (item, price) SELECT 'more', 1 FROM generate_series(1, 300);
                                DELETE FROM sales.orders WHERE id % 7 = 0;
                                """
                            )
                        }
                        return times
                    }
                    let shelf = Shelf()
                    let facts = try await postgres.source.captureLogical(to: shelf.sink)
                    try await Task.sleep(for: .milliseconds(200))
                    writer.cancel()
                    #expect(await writer.value > 1)
                    try await postgres.restoration.prepare(
                        in: "\(yard.path)/restored",
                        scratch: "\(yard.path)/scratch",
                        facts: facts,
                        object: shelf.source
                    )
                    try await refuse(postgres, facts, shelf, yard)
                    try await shrink(postgres, facts)
                }
            }
        }

        /// Whatever is wrong is said, and nothing is left behind.
        private func refuse(_ postgres: LivePostgres, _ facts: PostgresFacts, _ shelf: Shelf, _ yard: Yard) async throws
        {
            func failure(_ name: String, _ change: ([UInt8]) -> [UInt8]) async -> ReportableError? {
                let bad = Shelf()
                for other in shelf.names { bad[other] = shelf[other] }
                bad[name] = change(shelf[name])
                return await #expect(throws: ReportableError.self) {
                    try await postgres.restoration.prepare(
                        in: "\(yard.path)/refused",
                        scratch: "\(yard.path)/scratch",
                        facts: facts,
                        object: bad.source
                    )
                }
            }
            let cut = await failure("pg-shop.dump") { Array($0.prefix($0.count - $0.count / 4)) }
            #expect(cut?.message.hasPrefix("cannot load the database shop: pg_restore failed") == true)
            let wrong = "CREATE ROLE x PASSWORD 'secret-6b1';\nCREATE NONSENSE;\n"
            let roles = await failure("pg-globals.sql") { Array(wrong.utf8) + $0 }
            #expect(roles?.message.hasPrefix("cannot load the roles: psql failed") == true)
            #expect(roles?.details.joined().contains("NONSENSE") == true)
            #expect(roles?.details.joined().contains("secret-6b1") == false)
            #expect(!yard.names("").contains("refused"))
        }

        private func shrink(_ postgres: LivePostgres, _ facts: PostgresFacts) async throws {
            _ = try await postgres.ask("TRUNCATE sales.orders")
            let nothing = Shelf()
            let error = await #expect(throws: ReportableError.self) {
                _ = try await postgres.source.captureLogical(since: facts, to: nothing.sink)
            }
            #expect(error?.code == .needsDecision && nothing.names == [])
            _ = try await postgres.ask("DROP DATABASE shop", in: "postgres")
            let gone = await #expect(throws: ReportableError.self) {
                _ = try await postgres.source.captureLogical(since: facts, to: nothing.sink)
            }
            #expect(gone?.message == "postgres has no database shop, and had one when it was last backed up")
            let accepted = try await postgres.source.captureLogical(
                since: facts,
                shrink: ShrinkGuard(isAccepted: true),
                to: nothing.sink
            )
            #expect(accepted.rows == 1)
        }

        @Test("a Postgres that dies while it is dumped is a clear error, and so is a store that fails")
        func dies() async throws {
            try await Yard.with { yard in
                try await LivePostgres.with(yard) { postgres in
                    try await postgres.fill()
                    let full = await #expect(throws: ReportableError.self) {
                        _ = try await postgres.source.captureLogical { (object) throws(ReportableError) in
                            _ = try await object.content.next()
                            throw ReportableError(.storeFailed, "the disk is full")
                        }
                    }
                    #expect(full?.code == .storeFailed && full?.message == "the disk is full")
                    let error = await #expect(throws: ReportableError.self) {
                        _ = try await postgres.source.captureLogical { (object) throws(ReportableError) in
                            if object.name == "pg-shop.dump" { postgres.program.send(signal: SIGQUIT) }
                            while try await object.content.next() != nil {}
                        }
                    }
                    #expect(error?.code == .engineFailed)
                    #expect(error?.message.contains("failed with status") == true)
                }
            }
        }

        @Test("a cancelled restore ends its server and leaves nothing")
        func cancelled() async throws {
            try await Yard.with { yard in
                try await LivePostgres.with(yard) { postgres in
                    let shelf = Shelf()
                    let facts = try await postgres.source.captureLogical(to: shelf.sink)
                    let reached = AsyncStream<Void>.makeStream()
                    let task = Task {
                        try await postgres.restoration.prepare(
                            in: "\(yard.path)/restored",
                            scratch: "\(yard.path)/scratch",
                            facts: facts
                        ) { (name) throws(ReportableError) in
                            reached.continuation.yield()
                            try? await Task.sleep(for: .seconds(100))
                            throw ReportableError(.interrupted, "cancelled")
                        }
                    }
                    for await _ in reached.stream { break }
                    #expect(yard.names("").contains("restored"))
                    task.cancel()
                    let result = await task.result
                    let error = #expect(throws: ReportableError.self) { try result.get() }
                    #expect(error?.code == .interrupted)
                    #expect(!yard.names("").contains("restored"))
                    let servers = try await yard.runner.run(CommandLine("pgrep", ["-f", "\(yard.path)/restored"]))
                    #expect(servers.output.isEmpty)
                }
            }
        }
    }
}
