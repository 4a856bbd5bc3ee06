import Basics
import GRDB
import StackModel
import Testing

@testable import Ledger

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

    @Test("a success moves the pointer, and down takes it away")
    func pointer() async throws {
        let ledger = try Ledger.inMemory()
        for code in ["one", "two", "three"] { _ = try await ledger.record(code: code) }
        #expect(try await ledger.currentRelease(of: Samples.shop) == nil)
        try await ledger.succeed(Samples.plan(release: 1))
        try await ledger.succeed(Samples.plan(release: 3))
        #expect(try await ledger.currentRelease(of: Samples.shop)?.number == 3)
        // Release 2 was recorded and never active, so it is not a good one.
        #expect(try await ledger.lastGoodRelease(before: 3, of: Samples.shop)?.number == 1)
        try await ledger.succeed(Samples.plan(.down, release: 1))
        #expect(try await ledger.currentRelease(of: Samples.shop) == nil)
        #expect(try await ledger.lastGoodRelease(before: 3, of: Samples.shop)?.number == 1)
    }

    @Test("back goes down the line of releases that were current, and never forward again")
    func line() async throws {
        let ledger = try Ledger.inMemory()
        for code in ["one", "two", "three", "four"] { _ = try await ledger.record(code: code) }
        for number in 1...3 { try await ledger.succeed(Samples.plan(release: number)) }
        func back(from number: Int) async throws -> Int? {
            try await ledger.lastGoodRelease(before: number, of: Samples.shop)?.number
        }
        #expect(try await back(from: 3) == 2)
        try await ledger.succeed(Samples.plan(.rollback, release: 2))
        #expect(try await back(from: 2) == 1)
        try await ledger.succeed(Samples.plan(release: 4))
        #expect(try await back(from: 4) == 2)
        try await ledger.succeed(Samples.plan(.rollback, release: 1))
        #expect(try await back(from: 1) == nil)
    }

    @Test("back leads past releases that run the same as the one that is left")
    func sameAgain() async throws {
        let ledger = try Ledger.inMemory()
        _ = try await ledger.record("a", code: "good")
        for text in ["b", "b with a comment", "b with two"] { _ = try await ledger.record(text, code: "bad") }
        for number in 1...4 { try await ledger.succeed(Samples.plan(release: number)) }
        #expect(try await ledger.lastGoodRelease(before: 4, of: Samples.shop)?.number == 1)
    }

    @Test("the success of a pivot makes the release current at once, and the end of the operation not again")
    func pivot() async throws {
        let ledger = try Ledger.inMemory()
        for code in ["one", "two"] { _ = try await ledger.record(code: code) }
        try await ledger.succeed(Samples.plan(release: 1))
        try await ledger.succeed(Samples.plan(.stop))
        let (operation, epoch) = try await ledger.begin(Samples.plan(release: 2))
        for step in [1, 2] {
            try await ledger.recordIntent(of: step, in: operation.id, epoch: epoch, at: Samples.now)
            try await ledger.recordOutcome(
                .succeeded,
                of: step,
                in: operation.id,
                activating: step == 1,
                epoch: epoch,
                at: Samples.now
            )
            let summary = try await ledger.summary(of: Samples.shop)
            #expect(summary.currentRelease?.number == 2 && summary.stopped == [])
        }
        try await ledger.finish(operation.id, as: .succeeded, failure: nil, epoch: epoch, at: Samples.now)
        let count = try await ledger.file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM activation") }
        #expect(count == 2)
        #expect(try await ledger.verifyChain().isIntact)
    }

    @Test("a release that was never current is doubtful, and its last attempt says why")
    func doubt() async throws {
        let ledger = try Ledger.inMemory()
        for code in ["one", "two", "three"] { _ = try await ledger.record(code: code) }
        try await ledger.succeed(Samples.plan(release: 1))
        let (operation, epoch) = try await ledger.begin(Samples.plan(release: 2))
        try await ledger.finish(operation.id, as: .failed, failure: Samples.failure, epoch: epoch, at: Samples.now)
        #expect(try await ledger.doubt(about: 1, of: Samples.shop) == nil)
        #expect(try await ledger.doubt(about: 2, of: Samples.shop)?.lastAttempt?.failure == Samples.failure)
        #expect(try await ledger.doubt(about: 3, of: Samples.shop) == ReleaseDoubt(lastAttempt: nil))
        // What an operation changed is to be compared with what ran, not with a failed attempt numbered before it.
        try await ledger.succeed(Samples.plan(release: 3))
        #expect(try await ledger.release(before: 3, of: Samples.shop)?.number == 1)
        #expect(try await ledger.release(before: 1, of: Samples.shop) == nil)
    }

    @Test("a release that was never recorded cannot become current")
    func unrecorded() async throws {
        let ledger = try Ledger.inMemory()
        let error = await #expect(throws: ReportableError.self) { try await ledger.succeed(Samples.plan(release: 7)) }
        #expect(error?.message == "release 7 of shop/local is not recorded and cannot become current")
        #expect(try await ledger.activeOperation(of: Samples.shop) != nil)
    }
}
