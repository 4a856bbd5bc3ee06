import Basics
import Interfaces
import StackModel
import TestKit
import Testing

@testable import Vault

@Suite struct VaultLeaseTests {
    private let store = MemoryStore()
    private let first = LeaseHolder(machine: "a", process: "1", purpose: "backup")
    private let second = LeaseHolder(machine: "b", process: "2", purpose: "prune")

    private func take(
        _ vault: Vault,
        _ holder: LeaseHolder,
        _ seconds: Int,
        isGone: @escaping @Sendable (LeaseHolder) -> Bool = { _ in false }
    ) async throws(ReportableError) -> VaultLease {
        let now = Instant(milliseconds: VaultLab.start.milliseconds + seconds * 1000)
        return try await vault.takeLease(as: holder, for: .seconds(60), now: now, isGone: isGone)
    }

    private func code(_ body: () async throws(ReportableError) -> Void) async -> ErrorCode? {
        do throws(ReportableError) {
            try await body()
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `one at a time has it, and it ends by itself`() async throws {
        let vault = try await VaultLab(store).vault()
        let mine = try await take(vault, first, 0)
        #expect(
            await code { () async throws(ReportableError) in _ = try await take(vault, second, 59) } == .storeConflict
        )
        try await mine.renew(now: Instant(milliseconds: VaultLab.start.milliseconds + 50_000))
        #expect(
            await code { () async throws(ReportableError) in _ = try await take(vault, second, 100) } == .storeConflict
        )
        let theirs = try await take(vault, second, 111)
        #expect(theirs.generation == mine.generation + 1)
        #expect(
            await code { () async throws(ReportableError) in try await mine.renew(now: VaultLab.start) }
                == .storeConflict
        )
        #expect(await code { () async throws(ReportableError) in try await mine.release() } == .storeConflict)
        try await theirs.release()
        #expect(try await take(vault, first, 112).generation == theirs.generation + 1)
    }

    @Test func `the lease of somebody who is gone is taken at once`() async throws {
        let vault = try await VaultLab(store).vault()
        let dead = try await take(vault, first, 0)
        let next = try await take(vault, second, 1) { $0.process == "1" }
        #expect(next.generation == dead.generation + 1)
    }

    @Test func `what cannot be a lease binds nobody`() async throws {
        let vault = try await VaultLab(store).vault()
        for text in ["", "{}", "nonsense"] {
            store["lease.json"] = Array(text.utf8)
            try await take(vault, first, 0).release()
        }
        // A clock that was a year ahead, and a number that cannot grow.
        for (generation, ahead) in [(7, 31_536_000_000), (Int.max, 1000), (0, 1000), (-1, 1000)] {
            let end = VaultTime(Instant(milliseconds: VaultLab.start.milliseconds + ahead))
            let record = LeaseRecord(generation: generation, holder: second, token: "t", expires: end)
            store["lease.json"] = VaultFile.encode(record)
            try await take(vault, first, 0).release()
        }
    }

    @Test func `a writer whose lease was taken over neither commits nor deletes`() async throws {
        let lab = VaultLab(store)
        let vault = try await lab.vault()
        let clock = lab.clock
        let old = try await lab.lease(vault)
        let sets = [try await lab.writeSet(vault, old).set, try await lab.writeSet(vault, old).set]
        let writer = try await vault.begin(VaultLab.series, under: old, expecting: [], compression: nil) { clock.now }
        try await writer.add("redis.rdb", ByteStream(bytes: [1]))
        lab.clock.advance(by: .seconds(3600))
        let new = try await lab.lease(vault, "2")
        #expect(
            await code { () async throws(ReportableError) in _ = try await writer.commit(lab.facts) } == .storeConflict
        )
        #expect(
            await code { () async throws(ReportableError) in
                _ = try await vault.prune(sets, under: old) { clock.now }
            } == .storeConflict
        )
        await writer.abandon()
        // The two do not get in each other's way.
        #expect(try await lab.writeSet(vault, new).set.sequence == 3)
        #expect(try await lab.examine() == [1, 2, 3])
    }

    @Test func `of many who take it at once, one has it`() async throws {
        let vault = try await VaultLab(store).vault()
        let taken = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let holder = LeaseHolder(machine: "m", process: "\(number)", purpose: "race")
                    let lease = try? await vault.takeLease(as: holder, for: .seconds(60), now: VaultLab.start)
                    return lease != nil
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(taken == 1)
    }

    @Test func `the lease is kept while an object is long, and a lost one ends it`() async throws {
        let lab = VaultLab(store)
        let vault = try await lab.vault()
        let clock = lab.clock
        let lease = try await lab.lease(vault)
        let writer = try await vault.begin(VaultLab.series, under: lease, expecting: [], compression: nil) { clock.now }
        let slow = ByteStream { () async throws(ReportableError) -> [UInt8]? in
            clock.advance(by: .seconds(200))
            return clock.now.milliseconds < VaultLab.start.milliseconds + 3_600_000 ? [1] : nil
        }
        try await writer.add("long", slow)
        #expect(
            await code { () async throws(ReportableError) in _ = try await lab.lease(vault, "2") } == .storeConflict
        )
        let endless = ByteStream { () async throws(ReportableError) -> [UInt8]? in
            clock.advance(by: .seconds(900))
            _ = try? await lab.lease(vault, "2")
            return [1]
        }
        #expect(
            await code { () async throws(ReportableError) in try await writer.add("endless", endless) }
                == .storeConflict
        )
    }
}
