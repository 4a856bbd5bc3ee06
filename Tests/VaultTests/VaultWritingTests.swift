import Basics
import Interfaces
import StackModel
import TestKit
import Testing

@testable import Vault

/// Who may read what is written, and what a writer does when it is told two things at once.
@Suite struct VaultWritingTests {
    private let memory = MemoryStore()

    @Test func `a set is for whom its writer expects, whatever the store says`() async throws {
        let keys = try (0..<3).map { _ in "\(try #require(AgeIdentity.generate().recipient))" }
        let lab = VaultLab(memory)
        let ours = try await lab.vault(recipients: [keys[0], keys[1]])
        let lease = try await lab.lease(ours)
        let clock = lab.clock
        let writer = try await ours.begin(VaultLab.series, under: lease, expecting: [keys[1], keys[0]]) { clock.now }
        await writer.abandon()
        // Somebody has put their own key beside ours.
        memory["vault.json"] = nil
        for name in ["RESTORE.md", "restore.sh"] { memory[name] = nil }
        let lent = memory["lease.json"]
        memory["lease.json"] = nil
        let theirs = try await Vault.create(in: memory, recipients: keys, id: ours.description.id, now: clock.now)
        memory["lease.json"] = lent
        for expected in [[keys[0], keys[1]], [keys[0]], []] {
            let error = await #expect(throws: ReportableError.self) {
                try await theirs.begin(VaultLab.series, under: lease, expecting: expected) { clock.now }
            }
            #expect(error?.code == .needsDecision)
            #expect((expected + keys).allSatisfy { error?.message.contains($0.abridged) == true })
        }
        #expect(!memory.names.contains { $0.hasPrefix("sets/") })
    }

    @Test func `a set that is given up while it is committed is not committed`() async throws {
        let store = FaultyStore(memory)
        let lab = VaultLab(store)
        let vault = try await lab.vault()
        let lease = try await lab.lease(vault)
        let clock = lab.clock
        let writer = try await vault.begin(VaultLab.series, under: lease, expecting: []) { clock.now }
        try await writer.add("a", ByteStream(bytes: [1]))
        // The commit renews the lease, which takes its time.
        store.order { $0.kind == .put && $0.subject == "lease.json" ? .waits(.milliseconds(200)) : nil }
        let commit = Task { _ = try await writer.commit(lab.facts) }
        while !store.calls.contains(where: { $0.kind == .put }) { await Task.yield() }
        await #expect(throws: ReportableError.self) { try await writer.add("b", ByteStream(bytes: [2])) }
        await #expect(throws: ReportableError.self) { try await writer.commit(lab.facts) }
        await writer.abandon()
        let error = await #expect(throws: ReportableError.self) { try await commit.value }
        #expect(error?.code == .broken)
        #expect(!memory.names.contains { $0.hasPrefix("sets/") })
    }
}
