import Basics
import GRDB
import Ledger
import StackModel
import Testing

@Suite("The chain of events")
struct EventChainTests {
    @Test("every begin, intent, outcome, end, release, activation and secret change is one event, and the chain holds")
    func intact() async throws {
        let ledger = try Ledger.inMemory()
        #expect(try await ledger.verifyChain() == ChainReport(length: 0, head: nil, faults: []))
        _ = try await ledger.record()
        try await ledger.succeed(Samples.plan())
        let store = SecretStore(ledger: ledger, key: Keys.master)
        _ = try await store.ensure(Keys.declarations, of: Samples.shop, given: Keys.given, at: Samples.now)
        let report = try await ledger.verifyChain()
        #expect(report.isIntact)
        #expect(report.length == 1 + (1 + 2 * 2 + 2) + Keys.declarations.count)
        #expect(report.head != nil)
    }

    @Test(
        "a chain that was tampered with says where",
        arguments: [
            ("UPDATE event SET body = replace(body, 'ada@host', 'eve@host') WHERE id = 2", 2),
            ("UPDATE event SET body = json_set(body, '$.at', 1) WHERE id = 4", 4),
            ("UPDATE event SET hash = previous WHERE id = 3", 3),
            ("UPDATE event SET previous = hash WHERE id = 5", 5),
            ("DELETE FROM event WHERE id = 1", 2),
            ("DELETE FROM event WHERE id = 4", 5),
            ("DELETE FROM event WHERE id = (SELECT max(id) FROM event)", 8),
            ("DELETE FROM event", 1),
            (
                "UPDATE event SET id = -3 WHERE id = 3; UPDATE event SET id = 3 WHERE id = 4; "
                    + "UPDATE event SET id = 4 WHERE id = -3", 3
            ),
            (
                "DELETE FROM event WHERE id = 4; UPDATE event SET id = id - 1 WHERE id > 4; "
                    + "UPDATE sqlite_sequence SET seq = seq - 1 WHERE name = 'event'", 4
            ),
            (
                "INSERT INTO event (body, previous, hash) SELECT body, hash, previous FROM event WHERE id = 2", 9
            ),
            ("UPDATE release SET contents = replace(contents, 'one', 'two')", 1),
            ("UPDATE release SET reason = 'x', number = 2; UPDATE stack SET current_release = NULL", 0),
        ]
    )
    func tampered(sql: String, event: Int) async throws {
        try await Folder.with { folder in
            let ledger = try Ledger(path: folder.ledger)
            _ = try await ledger.record()
            try await ledger.succeed(Samples.plan())
            #expect(try await ledger.verifyChain().isIntact)
            try folder.tamper("PRAGMA defer_foreign_keys = ON; DELETE FROM activation; " + sql)
            let report = try await ledger.verifyChain()
            #expect(!report.isIntact)
            #expect(report.faults.first?.event == event, "\(report.faults)")
        }
    }

    @Test("an end that was cut off does not heal when the ledger is written on")
    func cutEnd() async throws {
        try await Folder.with { folder in
            let ledger = try Ledger(path: folder.ledger)
            try await ledger.crash()
            try folder.tamper("DELETE FROM event WHERE id >= 3")
            try await ledger.crash()
            #expect(try await ledger.verifyChain().faults.map(\.event) == [5])
        }
    }

    @Test("the database itself refuses to change or remove an event")
    func appendOnly() async throws {
        try await Folder.with { folder in
            let ledger = try Ledger(path: folder.ledger)
            _ = try await ledger.record()
            let raw = try folder.raw()
            for sql in ["UPDATE event SET body = '{}'", "DELETE FROM event"] {
                #expect(throws: DatabaseError.self) { try raw.write { try $0.execute(sql: sql) } }
            }
        }
    }
}
