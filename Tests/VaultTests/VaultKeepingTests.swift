import Basics
import Interfaces
import StackModel
import TestKit
import Testing

@testable import Vault

@Suite struct VaultKeepingTests {
    private let store = MemoryStore()

    private func filled(_ count: Int) async throws -> (VaultLab, Vault, VaultLease, [SetID]) {
        let lab = VaultLab(store)
        let vault = try await lab.vault()
        let lease = try await lab.lease(vault)
        var sets: [SetID] = []
        for _ in 0..<count { sets.append(try await lab.writeSet(vault, lease).set) }
        return (lab, vault, lease, sets)
    }

    @Test func `sets are numbered, linked and found again`() async throws {
        let (lab, vault, _, sets) = try await filled(3)
        #expect(sets.map(\.sequence) == [1, 2, 3])
        let entries = try await vault.catalogue().entries
        #expect(entries.map(\.manifest.previous?.set) == [nil, sets[0], sets[1]])
        #expect(entries[1].digest == entries[2].manifest.previous?.manifest)
        #expect(try await vault.verifyChain(of: VaultLab.series) == [])
        #expect(try await lab.examine() == [1, 2, 3])
        #expect(try await vault.catalogue(of: SetSeries(StackID("shop", "local"), "other")).entries == [])
    }

    @Test func `pruning spares the newest, the newest proven and the pinned`() async throws {
        let (lab, vault, lease, sets) = try await filled(6)
        let clock = lab.clock
        try await vault.mark(sets[0], .proven, evidence: [:], at: clock.now)
        try await vault.mark(sets[2], .proven, evidence: ["rows": "1"], at: clock.now)
        try await vault.pin(sets[3], reason: "the audit", at: clock.now)
        try await vault.pin(sets[4], reason: "over", until: clock.now, at: clock.now)
        let report = try await vault.prune(sets, under: lease) { clock.now }
        #expect(report.deleted == [sets[0], sets[1], sets[4]])
        #expect(report.refused.map(\.reason) == [.newestProven, .pinned("the audit"), .newest])
        #expect(try await lab.examine() == [3, 4, 6])
        #expect(try await vault.verifyChain(of: VaultLab.series) == [])
        #expect(
            store.names.filter { $0.contains("-000001") } == [
                VaultLayout.pruning(of: sets[0]).text, VaultLayout.manifest(of: sets[0]).text,
            ]
        )
        // Again: nothing more, and nothing worse.
        #expect(try await vault.prune(sets, under: lease) { clock.now }.refused.count == 3)
        #expect(try await lab.examine() == [3, 4, 6])
    }

    @Test func `the name of a pruned set stays taken for as long as a writer may sleep`() async throws {
        let (lab, vault, lease, sets) = try await filled(2)
        let (name, clock) = (VaultLayout.manifest(of: sets[0]), lab.clock)
        let manifest = try #require(store[name])
        _ = try await vault.prune([sets[0]], under: lease) { clock.now }
        await #expect(throws: ReportableError.self) {
            try await store.put(name, ByteStream(bytes: manifest), when: .absent)
        }
        #expect(try await vault.catalogue().entries.map(\.set) == [sets[1]])
        #expect(try await vault.catalogue().unfinished == [])
        lab.clock.advance(by: .seconds(31 * 86_400))
        _ = try await vault.sweep(olderThan: .seconds(60), under: lease) { clock.now }
        #expect(store[name] == nil)
        #expect(try await lab.writeSet(vault, lease).set.sequence == 3)
        #expect(try await vault.verifyChain(of: VaultLab.series) == [])
    }

    @Test func `a set is spared that is pinned while others are pruned`() async throws {
        let (lab, vault, lease, sets) = try await filled(4)
        try await vault.pin(sets[3], reason: "the audit", at: lab.clock.now)
        let name = VaultLayout.pin(of: sets[1])
        let pin = SetPin(format: 1, set: sets[1], at: VaultTime(VaultLab.start), reason: "wanted", until: nil)
        let (store, clock) = (store, lab.clock)
        let report = try await vault.prune(Array(sets[0...2]), under: lease) {
            // The second is pinned at the last moment that counts.
            if store[VaultLayout.pruning(of: sets[1])] != nil, store[name] == nil {
                store[name] = VaultFile.encode(pin)
            }
            return clock.now
        }
        #expect(report.deleted == [sets[0], sets[2]])
        #expect(report.refused == [PruneReport.Refusal(set: sets[1], reason: .pinned("wanted"))])
        #expect(try await lab.examine() == [2, 4])
        #expect(store[VaultLayout.pruning(of: sets[1])] == nil)
        // A prune that has begun is not stopped by a pin, and the pin says so.
        store[VaultLayout.pruning(of: sets[1])] = [1]
        let error = await #expect(throws: ReportableError.self) {
            try await vault.pin(sets[1], reason: "late", at: clock.now)
        }
        #expect(error?.message.contains("is being pruned") == true)
        #expect(store[name] == nil)
    }

    @Test func `where the store checks no conditions, young sets are left alone`() async throws {
        for (isConditional, isSwept) in [(true, true), (false, false)] {
            let store = MemoryStore(conditionalPut: isConditional)
            let lab = VaultLab(store)
            let vault = try await lab.vault()
            let clock = lab.clock
            let lease = try await lab.lease(vault)
            let writer = try await vault.begin(VaultLab.series, under: lease, expecting: []) { clock.now }
            try await writer.add("a", ByteStream(bytes: [1]))
            clock.advance(by: .seconds(6 * 86_400))
            let early = try await vault.sweep(olderThan: .seconds(3600), under: lease) { clock.now }
            #expect(early.sets == (isSwept ? [writer.set] : []))
            clock.advance(by: .seconds(86_400))
            let late = try await vault.sweep(olderThan: .seconds(3600), under: lease) { clock.now }
            #expect(late.sets == (isSwept ? [] : [writer.set]))
        }
    }

    @Test func `a mark counts for the manifest it was made for`() async throws {
        let (lab, vault, _, sets) = try await filled(1)
        try await vault.mark(sets[0], .verified, evidence: ["by": "test"], at: lab.clock.now)
        #expect(try await vault.catalogue()[sets[0]]?.verified?.evidence == ["by": "test"])
        let name = VaultLayout.mark(.verified, of: sets[0]).text
        let mark = store[name] ?? []
        store[name] = mark.dropLast(3) + [0]
        #expect(try await vault.catalogue()[sets[0]]?.verified == nil)
        let other = SetMark(
            format: 1,
            set: sets[0],
            manifest: Digest(of: ""),
            at: VaultTime(VaultLab.start),
            evidence: [:]
        )
        store[name] = VaultFile.encode(other)
        #expect(try await vault.catalogue()[sets[0]]?.verified == nil)
        await #expect(throws: ReportableError.self) {
            try await vault.mark(
                try #require(SetID("shop/local/x/20261121T142003Z-000001")),
                .proven,
                evidence: [:],
                at: lab.clock.now
            )
        }
    }

    @Test func `a set that was taken out is missed, one that was pruned is not`() async throws {
        let (lab, vault, lease, sets) = try await filled(4)
        let clock = lab.clock
        _ = try await vault.prune([sets[1]], under: lease) { clock.now }
        #expect(try await vault.verifyChain(of: VaultLab.series) == [])
        for name in store.names where name.contains("-000003") { store[name] = nil }
        let flaws = try await vault.verifyChain(of: VaultLab.series)
        #expect(flaws.map(\.set) == [sets[3]])
        #expect(flaws.first?.text.contains("-000003, which is gone") == true)
    }

    @Test func `records of pruned sets go when no chain needs them`() async throws {
        let (lab, vault, lease, sets) = try await filled(4)
        let clock = lab.clock
        _ = try await vault.prune(Array(sets[0...2]), under: lease) { clock.now }
        let report = try await vault.sweep(olderThan: .seconds(60), under: lease) { clock.now }
        #expect(report.records == 2)
        #expect(store.names.filter { $0.hasPrefix("log/pruned/") } == [VaultLayout.pruning(of: sets[2]).text])
        #expect(try await vault.verifyChain(of: VaultLab.series) == [])
        // The number of a pruned set never comes again.
        #expect(try await lab.writeSet(vault, lease).set.sequence == 5)
    }

    @Test func `an object has one name, and a secret one is not stored in the open`() async throws {
        let (lab, vault, lease, _) = try await filled(0)
        let clock = lab.clock
        let writer = try await vault.begin(VaultLab.series, under: lease, expecting: [], compression: nil) { clock.now }
        try await writer.add("a", ByteStream(bytes: [1]))
        for name in ["A", "manifest.json", "../x", "x/y", "", ".x", "-x", "a b"] {
            await #expect(throws: ReportableError.self) { try await writer.add(name, ByteStream(bytes: [])) }
        }
        do throws(ReportableError) {
            try await writer.add("secrets.tar", ByteStream(bytes: [1]), isSecret: true)
            Issue.record("a secret was stored in the open")
        } catch {
            #expect(error.code == .secretFailed)
        }
        await writer.abandon()
        #expect(!store.names.contains { $0.hasPrefix("sets/") })
    }

    @Test func `a vault is not made over something else`() async throws {
        store["something"] = [1]
        await #expect(throws: ReportableError.self) { try await VaultLab(store).vault() }
        store["something"] = nil
        let vault = try await VaultLab(store).vault()
        await #expect(throws: ReportableError.self) {
            try await Vault.create(in: store, recipients: [], now: VaultLab.start)
        }
        #expect(try await Vault.open(store).description == vault.description)
    }

    @Test func `a vault of a newer format is refused with the version it asks for`() async throws {
        for (format, reader) in [(2, 2), (1, 2)] {
            let body =
                #"{"created":"2026-11-21T14:20:03.123Z","format":\#(format),"guides":{},"id":"0123456789abcdef0123456789abcdef","minimumReader":\#(reader),"recipients":[]}"#
            store["vault.json"] = Array(#"{"body":\#(body),"sha256":"\#(Digest(of: body))"}"#.utf8) + [0x0A]
            do throws(ReportableError) {
                _ = try await Vault.open(store)
                Issue.record("format \(format) was opened")
            } catch {
                #expect(error.code == .storeFailed)
                #expect(error.message.contains("format 2"))
            }
        }
    }
}
