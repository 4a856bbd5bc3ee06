import Basics
import Glibc
import HostAccess
import Interfaces
import StackModel
import Testing

@testable import DataSources

extension DataRooms {
    @Suite struct PointInTimeTests {
        private static let archive = [
            "archive_mode=on", "archive_command=mkdir -p ../wal && cp %p ../wal/.%f && mv ../wal/.%f ../wal/%f",
            "wal_keep_size=64MB",
        ]

        /// What a vault would hold of it.
        private struct Captured {
            let base: Shelf
            let log: Shelf
            let facts: PostgresBaseFacts
            let ends: [PostgresLog.End]
            /// One commit after the other, by the server's clock.
            let moments: [Instant]

            func replay(to moment: Instant, without name: String? = nil) -> LogReplay {
                let segments = log.names.filter { $0 != name }.compactMap {
                    LogSegment($0, bytes: facts.segmentBytes)
                }
                let pieces = segments.sorted().map { LogReplay.Piece(name: $0.name, size: $0.bytes) }
                return LogReplay(until: moment, pieces: pieces) { (piece) throws(ReportableError) in
                    try await log.source(piece.name)
                }
            }
        }

        @Test("a dropped table comes back as it was just before, and nothing that came later")
        func droppedTable() async throws {
            try await Yard.with { yard in
                let captured = try await capture(yard)
                try await LivePostgres.with(yard, "target") { target in
                    try await prepare(captured, to: captured.moments[1], target, in: "\(yard.path)/second")
                    try await prepare(captured, to: captured.ends[1].until, target, in: "\(yard.path)/newest")
                    try await prepare(captured, to: nil, target, in: "\(yard.path)/copy")
                    try await refuse(captured, target, yard)
                }
                try await expect("2", of: "SELECT count(*) FROM orders", in: "second", yard)
                try await expect("t", of: "SELECT to_regclass('orders') IS NULL", in: "newest", yard)
                try await expect("1", of: "SELECT count(*) FROM later", in: "newest", yard)
                try await expect("1", of: "SELECT count(*) FROM orders", in: "copy", yard)
            }
        }

        private func capture(_ yard: Yard) async throws -> Captured {
            let (base, log) = (Shelf(), Shelf())
            var facts: PostgresBaseFacts?
            var (ends, moments): ([PostgresLog.End], [Instant]) = ([], [])
            try await LivePostgres.with(yard, settings: Self.archive) { postgres in
                let archived = PostgresLog(postgres.access, yard.runner)
                func write(_ sql: String) async throws {
                    _ = try await postgres.ask(sql, in: "postgres")
                    // A moment has milliseconds, and a commit finer ones.
                    try await Task.sleep(for: .milliseconds(5))
                    moments.append(try await archived.state().now)
                    try await Task.sleep(for: .milliseconds(5))
                }
                func ship() async throws {
                    let state = try await archived.state()
                    let end = try await archived.seal(state)
                    let segments = archived.spooled(state)
                    #expect(segments.last == end.last)
                    for segment in segments {
                        let content = try await archived.content(of: segment)
                        var bytes: [UInt8] = []
                        while let piece = try await content.next() { bytes += piece }
                        log[segment.name] = bytes
                    }
                    try await archived.remove(segments)
                    #expect(archived.spooled(state) == [])
                    ends.append(end)
                }
                try await write("CREATE TABLE orders (id int); INSERT INTO orders VALUES (1)")
                facts = try await postgres.source.captureBase(to: base.sink)
                try await write("INSERT INTO orders VALUES (2)")
                try await ship()
                try await write("DROP TABLE orders; CREATE TABLE later AS SELECT 1 AS x")
                try await ship()
                // Nobody has written since, and the server says so.
                #expect(try await archived.state().nextTransaction == ends[1].idle)
                let lineage = try archived.lineage(try await archived.state())
                #expect(lineage == facts?.lineage)
            }
            #expect(base.names == ["base.tar"] && base.secretNames == ["base.tar"])
            return Captured(base: base, log: log, facts: try #require(facts), ends: ends, moments: moments)
        }

        private func prepare(
            _ captured: Captured,
            to moment: Instant?,
            without segment: String? = nil,
            _ target: LivePostgres,
            in folder: String
        ) async throws {
            try await PostgresRecovery(target: target.place, runner: target.yard.runner).prepare(
                in: folder,
                scratch: "\(target.yard.path)/scratch",
                facts: captured.facts,
                object: captured.base.source,
                replay: moment.map { captured.replay(to: $0, without: segment) }
            )
        }

        /// Whatever is wrong is said, and nothing is left behind.
        private func refuse(_ captured: Captured, _ target: LivePostgres, _ yard: Yard) async throws {
            let folder = "\(yard.path)/refused"
            let late = Instant(milliseconds: captured.ends[1].until.milliseconds + 60_000)
            let beyond = await #expect(throws: ReportableError.self) {
                try await prepare(captured, to: late, target, in: folder)
            }
            #expect(beyond?.message.hasPrefix("cannot recover the cluster") == true)
            let lost = await #expect(throws: ReportableError.self) {
                try await prepare(
                    captured,
                    to: captured.ends[1].until,
                    without: captured.ends[1].last.name,
                    target,
                    in: folder
                )
            }
            #expect(lost?.code == .engineFailed)
            let content = captured.base["base.tar"]
            // In the middle of the relation files.
            var bad = content
            bad[bad.count / 2] ^= 1
            captured.base["base.tar"] = bad
            let flipped = await #expect(throws: ReportableError.self) {
                try await prepare(captured, to: nil, target, in: folder)
            }
            #expect(flipped?.code == .vaultDamaged, "\(flipped?.message ?? "")")
            #expect(!yard.names("").contains("refused"))
            captured.base["base.tar"] = content
        }

        private func expect(_ answer: String, of sql: String, in folder: String, _ yard: Yard) async throws {
            // As the live server would start on it: with an archive, on a timeline of its own.
            try await LivePostgres.with(yard, folder, settings: Self.archive) { postgres in
                #expect(try await postgres.ask(sql, in: "postgres") == answer, "\(folder)")
                let state = try await PostgresLog(postgres.access, yard.runner).state()
                #expect(state.current?.timeline == 2)
            }
        }

        @Test("a table that somebody emptied or dropped is no reason for another copy")
        func shrunken() async throws {
            try await Yard.with { yard in
                try await LivePostgres.with(yard, settings: Self.archive) { postgres in
                    func run(_ sql: String) async throws { _ = try await postgres.ask(sql, in: "postgres") }
                    try await run("CREATE TABLE \"the orders\" AS SELECT repeat('x', 80) FROM generate_series(1, 5000)")
                    try await run("CREATE TABLE small AS SELECT 1 AS id")
                    let before = try await postgres.source.captureBase(to: Shelf().sink)
                    #expect(before.tables?["postgres"]?.keys.sorted() == ["public.\"the orders\""])
                    _ = try await postgres.source.captureBase(since: before, to: Shelf().sink)
                    for loss in ["DELETE FROM \"the orders\"", "TRUNCATE \"the orders\"", "DROP TABLE \"the orders\""] {
                        try await run(loss)
                        let shelf = Shelf()
                        let refused = await #expect(throws: ReportableError.self) {
                            _ = try await postgres.source.captureBase(since: before, to: shelf.sink)
                        }
                        #expect(refused?.code == .needsDecision && shelf.names == [], "\(loss)")
                        #expect(refused?.message.contains("\"the orders\" of postgres") == true, "\(loss)")
                    }
                    let accepted = ShrinkGuard(isAccepted: true)
                    _ = try await postgres.source.captureBase(since: before, shrink: accepted, to: Shelf().sink)
                }
            }
        }

        @Test("a server that archives nothing is refused, and one that cannot is told of")
        func unarchived() async throws {
            try await Yard.with { yard in
                try await LivePostgres.with(yard) { postgres in
                    let refused = await #expect(throws: ReportableError.self) {
                        _ = try await postgres.source.captureBase(to: Shelf().sink)
                    }
                    #expect(refused?.code == .needsDecision)
                }
                try await LivePostgres.with(yard, settings: ["archive_mode=on", "archive_command=false"]) { postgres in
                    let log = PostgresLog(postgres.access, yard.runner, patience: .seconds(2))
                    let state = try await log.state()
                    let failure = await #expect(throws: ReportableError.self) { _ = try await log.seal(state) }
                    #expect(failure?.message.hasPrefix("postgres does not archive its log") == true)
                }
            }
        }
    }
}
