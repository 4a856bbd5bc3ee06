import Basics
import GRDB
import Ledger
import StackModel
import Testing

@Suite("Releases")
struct ReleaseTests {
    @Test("a release comes back as it was recorded")
    func roundTrip() async throws {
        let ledger = try Ledger.inMemory()
        let release = try await ledger.record()
        #expect(release.number == 1)
        #expect(release.createdBy == "ada@host")
        #expect(try await ledger.release(1, of: Samples.shop) == release)
        #expect(try await ledger.release(2, of: Samples.shop) == nil)
        #expect(try await ledger.stacks() == [Samples.shop])
    }

    @Test("the contents of the newest release make no new number, those of an older one do")
    func repeats() async throws {
        let ledger = try Ledger.inMemory()
        let first = try await ledger.record("one")
        #expect(try await ledger.record("one") == first)
        #expect(try await ledger.record("two").number == 2)
        #expect(try await ledger.record("one").number == 3)
        #expect(try await ledger.releases(of: Samples.shop, limit: 2).map(\.number) == [3, 2])
    }

    @Test("each stack and environment counts for itself")
    func numbers() async throws {
        let ledger = try Ledger.inMemory()
        let production = StackID("shop", "production")
        _ = try await ledger.record("one")
        #expect(try await ledger.record("one", of: production).number == 1)
        #expect(try await ledger.stacks() == [Samples.shop, production])
    }

    @Test("a release can be neither changed nor removed")
    func immutable() async throws {
        try await Folder.with { folder in
            let ledger = try Ledger(path: folder.ledger)
            _ = try await ledger.record()
            for sql in ["UPDATE release SET reason = 'other'", "DELETE FROM release"] {
                let raw = try folder.raw()
                #expect(throws: DatabaseError.self) { try raw.write { try $0.execute(sql: sql) } }
            }
        }
    }

    @Test("a success moves the pointer, down takes it away, and history says where a rollback leads")
    func pointer() async throws {
        let ledger = try Ledger.inMemory()
        for spec in ["one", "two", "three"] { _ = try await ledger.record(spec) }
        #expect(try await ledger.currentRelease(of: Samples.shop) == nil)
        try await ledger.succeed(Samples.plan(release: 1))
        try await ledger.succeed(Samples.plan(release: 3))
        #expect(try await ledger.currentRelease(of: Samples.shop)?.number == 3)
        // Release 2 was recorded and never active, so it is not a good one.
        #expect(try await ledger.lastGoodRelease(before: 3, of: Samples.shop)?.number == 1)
        try await ledger.succeed(Samples.plan(.rollback, release: 1))
        #expect(try await ledger.lastGoodRelease(before: 1, of: Samples.shop)?.number == 3)
        try await ledger.succeed(Samples.plan(.down, release: 1))
        #expect(try await ledger.currentRelease(of: Samples.shop) == nil)
        #expect(try await ledger.lastGoodRelease(before: 3, of: Samples.shop)?.number == 1)
    }

    @Test("a release that was never recorded cannot become current")
    func unrecorded() async throws {
        let ledger = try Ledger.inMemory()
        let error = await #expect(throws: ReportableError.self) { try await ledger.succeed(Samples.plan(release: 7)) }
        #expect(error?.message == "release 7 of shop/local is not recorded and cannot become current")
        #expect(try await ledger.activeOperation(of: Samples.shop) != nil)
    }
}
