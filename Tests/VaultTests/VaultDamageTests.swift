import Basics
import Interfaces
import StackModel
import TestKit
import Testing

@testable import Vault

@Suite struct VaultDamageTests {
    /// The damages of a blob: a bit in every byte (or every so many), a cut at every third of those, something behind the
    /// end, gone.
    private func damages(_ bytes: [UInt8], every step: Int = 1) -> [[UInt8]?] {
        var damages: [[UInt8]?] = [nil, bytes + [0], bytes + [1, 2, 3]]
        for index in stride(from: 0, to: bytes.count, by: step) {
            var flipped = bytes
            flipped[index] ^= UInt8(1 << (index % 8))
            damages.append(flipped)
            if index / step % 3 == 0 { damages.append(Array(bytes.prefix(index))) }
        }
        return damages
    }

    /// The reader refuses the object, and says which it is.
    private func refusal(_ vault: Vault, _ set: SetID, _ identity: AgeIdentity?) async -> ReportableError? {
        do throws(ReportableError) {
            let manifest = try await vault.manifest(of: set)
            for object in manifest.objects {
                let stream = try await vault.read(object, of: set, by: identity.map { [$0] } ?? [])
                while try await stream.next() != nil {}
            }
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [(nil, false), (Compression(), false), (Compression(), true)])
    func `every byte of a set is watched`(_ compression: Compression?, _ isEncrypted: Bool) async throws {
        let store = MemoryStore()
        var lab = VaultLab(store)
        lab.compression = compression
        let identity = isEncrypted ? AgeIdentity.generate() : nil
        let vault = try await lab.vault(recipients: identity?.recipient.map { ["\($0)"] } ?? [])
        let set = try await lab.writeSet(vault, try await lab.lease(vault)).set
        var cases = 0
        for name in store.names where name.hasPrefix(VaultLayout.folder(set)) {
            let blob = String(name.split(separator: "/").last ?? "")
            let bytes = store[name]
            for damage in damages(bytes ?? [], every: isEncrypted ? 3 : 1)
            where blob != "MANIFEST.json" || damage != nil {
                store[name] = damage
                let verdict = try await vault.verify(set)
                #expect(verdict.flaws.map(\.blob) == [blob], "case \(cases)")
                let refusal = await refusal(vault, set, identity)
                #expect(refusal?.code == .vaultDamaged, "case \(cases) of \(blob)")
                #expect(refusal?.message.contains(blob) == true, "case \(cases): \(refusal?.message ?? "")")
                cases += 1
            }
            store[name] = bytes
        }
        #expect(try await vault.verify(set).isSound)
        #expect(cases >= (isEncrypted ? 700 : 1000))
        print("FIGURE vault: \(cases) damages\(isEncrypted ? " of sealed objects" : "") found and named")
    }

    @Test func `a damaged description is no vault, and a changed id is another one`() async throws {
        let store = MemoryStore()
        _ = try await VaultLab(store).vault()
        let bytes = store["vault.json"] ?? []
        for damage in damages(bytes).compactMap({ $0 }) {
            store["vault.json"] = damage
            await #expect(throws: ReportableError.self) { try await Vault.open(store) }
        }
        store["vault.json"] = bytes
        _ = try await Vault.open(store)
    }

    @Test func `a broken manifest is named and hides no other set`() async throws {
        let store = MemoryStore()
        let lab = VaultLab(store)
        let vault = try await lab.vault()
        let lease = try await lab.lease(vault)
        var sets: [SetID] = []
        for _ in 0..<3 { sets.append(try await lab.writeSet(vault, lease).set) }
        store[VaultLayout.manifest(of: sets[1]).text] = Array("{}".utf8)
        let catalogue = try await vault.catalogue()
        #expect(catalogue.entries.map(\.set) == [sets[0], sets[2]])
        #expect(catalogue.broken.map(\.set) == [sets[1]])
        let flaws = try await vault.verifyChain(of: VaultLab.series)
        #expect(flaws.contains { $0.set == sets[1] && $0.blob == "MANIFEST.json" })
        #expect(flaws.contains { $0.set == sets[2] })
        // It is neither pruned nor swept: a person has to look.
        let clock = lab.clock
        let report = try await vault.prune([sets[1]], under: lease) { clock.now }
        #expect(report.refused.map(\.reason) == [.damaged])
        // The next one is linked to the newest that can be read.
        #expect(try await lab.writeSet(vault, lease).previous?.set == sets[2])
    }

    @Test func `a manifest in another place, or of another vault, is none`() async throws {
        let (store, other) = (MemoryStore(), MemoryStore())
        let lab = VaultLab(store)
        let vault = try await lab.vault()
        let lease = try await lab.lease(vault)
        let (first, second) = (try await lab.writeSet(vault, lease).set, try await lab.writeSet(vault, lease).set)
        let original = store[VaultLayout.manifest(of: second).text]
        store[VaultLayout.manifest(of: second).text] = store[VaultLayout.manifest(of: first).text]
        #expect(try await vault.verify(second).flaws.map(\.blob) == ["MANIFEST.json"])
        let foreign = VaultLab(other)
        let strange = try await foreign.vault()
        other[VaultLayout.manifest(of: second).text] = original
        #expect(try await strange.catalogue().broken.map(\.set) == [second])
    }

    @Test func `what is in a set's folder and not in its manifest is named`() async throws {
        let store = MemoryStore()
        let lab = VaultLab(store)
        let vault = try await lab.vault()
        let set = try await lab.writeSet(vault, try await lab.lease(vault)).set
        store["\(VaultLayout.folder(set))extra"] = [1]
        #expect(try await vault.verify(set).flaws.map(\.blob) == ["extra"])
    }
}
