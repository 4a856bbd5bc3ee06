import Basics
import Interfaces
import StackModel
import TestKit
import Testing

@testable import Vault

/// What must hold whatever a store does: no set is visible that does not verify, none that was committed is lost, and the
/// same again ends well.
@Suite struct VaultFaultTests {
    /// One life: a vault is made or opened, two sets are written, marked, verified, the first is pruned, the rest is swept.
    private func live(_ lab: VaultLab) async throws(ReportableError) {
        let clock = lab.clock
        let vault = try await lab.vault()
        let lease = try await lab.lease(vault)
        let set = try await lab.writeSet(vault, lease).set
        try await vault.mark(set, .verified, evidence: [:], at: clock.now)
        let second = try await lab.writeSet(vault, lease).set
        _ = try await vault.verify(second)
        try await vault.mark(second, .proven, evidence: ["rows": "17"], at: clock.now)
        let first = try await vault.catalogue().entries.map(\.set).filter { $0.sequence == 1 }
        _ = try await vault.prune(first, under: lease) { clock.now }
        _ = try await vault.sweep(olderThan: .seconds(0), under: lease) { clock.now }
        try await lease.release()
    }

    /// What a store does wrong in one call; when it dies, in all that follow, too.
    enum Trouble: CaseIterable {
        case fails, losesTheAnswer, lies, dies

        func order(at number: Int) -> @Sendable (StoreCall) -> StoreFault? {
            { call in
                guard call.number == number || self == .dies && call.number > number else { return nil }
                let failure = ReportableError(.storeFailed, "the store broke")
                return switch self {
                case .fails, .dies: .fails(failure)
                case .losesTheAnswer: .failsAfterwards(failure)
                case .lies: .halves
                }
            }
        }
    }

    /// A vault with three sets, in a store that goes wrong on order, and what is really there.
    private func prepared() async throws -> (FaultyStore, MemoryStore, VaultLab) {
        let memory = MemoryStore()
        let store = FaultyStore(memory)
        let lab = VaultLab(store)
        let vault = try await lab.vault()
        let lease = try await lab.lease(vault)
        for _ in 0..<3 { try await lab.writeSet(vault, lease) }
        try await lease.release()
        return (store, memory, lab)
    }

    @Test(arguments: Trouble.allCases)
    func `a store that does one thing wrong at any call loses nothing and shows nothing broken`(
        _ trouble: Trouble
    ) async throws {
        let (measured, _, measuring) = try await prepared()
        measured.order()
        try await live(measuring)
        let calls = measured.calls.count
        #expect(calls > 60)
        for call in 1...calls {
            let (store, _, lab) = try await prepared()
            store.order(trouble.order(at: call))
            try? await live(lab)
            store.order()
            // Only the first was to go.
            let numbers = try await lab.examine()
            #expect(numbers.filter { $0 > 1 }.prefix(2) == [2, 3], "\(trouble) at call \(call)")
            lab.clock.advance(by: .seconds(7200))
            try await live(lab)
            let again = try await lab.examine()
            #expect(again.prefix(2) == [2, 3] && again.count >= 4, "\(trouble) at call \(call), again: \(again)")
            #expect(try await Vault.open(store).catalogue().unfinished == [], "\(trouble) at call \(call), again")
        }
        print("FIGURE vault: \(calls) store calls of a life, each \(trouble)")
    }

    @Test func `a vault whose making broke off is made by the next attempt`() async throws {
        for trouble in Trouble.allCases {
            for call in 1...12 {
                let store = FaultyStore(MemoryStore(), trouble.order(at: call))
                let lab = VaultLab(store)
                _ = try? await lab.vault()
                store.order()
                let vault = try await lab.vault()
                #expect(try await vault.verifyGuides() == [], "\(trouble) at call \(call)")
            }
        }
    }

    @Test func `what a dead writer left is swept, and its leftovers are in nobody's way`() async throws {
        let (_, memory, lab) = try await prepared()
        let vault = try await lab.vault()
        let before = memory.names
        let lease = try await lab.lease(vault)
        let clock = lab.clock
        let writer = try await vault.begin(VaultLab.series, under: lease, expecting: [], compression: nil) { clock.now }
        try await writer.add("redis.rdb", ByteStream(bytes: [1, 2, 3]))
        #expect(try await vault.catalogue().unfinished == [writer.set])
        lab.clock.advance(by: .seconds(7200))
        let next = try await lab.lease(vault, "2")
        #expect(try await vault.sweep(olderThan: .seconds(86_400), under: next, clock: { clock.now }).sets.isEmpty)
        #expect(
            try await vault.sweep(olderThan: .seconds(3600), under: next, clock: { clock.now }).sets == [writer.set]
        )
        #expect(try await vault.catalogue().unfinished == [])
        // The dead one was only asleep, right before the last step.
        await #expect(throws: ReportableError.self) { try await writer.commit(lab.facts) }
        #expect(try await lab.examine() == [1, 2, 3])
        lab.clock.advance(by: .seconds(40 * 86_400))
        _ = try await vault.sweep(olderThan: .seconds(3600), under: try await lab.lease(vault, "3")) { clock.now }
        #expect(memory.names.filter { $0 != "lease.json" } == before.filter { $0 != "lease.json" })
    }

    @Test func `a manifest that comes after its set was given up finds its name taken`() async throws {
        let (_, memory, lab) = try await prepared()
        let vault = try await lab.vault()
        let lease = try await lab.lease(vault)
        let clock = lab.clock
        let writer = try await vault.begin(VaultLab.series, under: lease, expecting: [], compression: nil) { clock.now }
        try await writer.add("redis.rdb", ByteStream(bytes: [1, 2, 3]))
        // The same lease sweeps, as if the check of it and the write lay far apart.
        lab.clock.advance(by: .seconds(300))
        _ = try await vault.sweep(olderThan: .seconds(60), under: lease) { clock.now }
        memory["\(VaultLayout.folder(writer.set))redis.rdb"] = [1, 2, 3]
        await #expect(throws: ReportableError.self) { try await writer.commit(lab.facts) }
        #expect(try await lab.examine() == [1, 2, 3])
    }
}
