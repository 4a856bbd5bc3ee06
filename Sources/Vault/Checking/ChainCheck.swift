import Basics
import Interfaces

extension Vault {
    /// What is wrong with the order of a series: every set names the one before it and the digest of that one's manifest, so that
    /// none can be taken out or exchanged unseen but the newest. What was pruned left a record.
    package func verifyChain(of series: SetSeries) async throws(ReportableError) -> [SetFlaw] {
        let catalogue = try await catalogue(of: series)
        var flaws = catalogue.broken.map { SetFlaw(set: $0.set, blob: VaultLayout.manifest, what: $0.why) }
        let pruned = try await prunedSets(of: series)
        var known = Dictionary(uniqueKeysWithValues: pruned.map { ($0.set, $0.manifest) })
        for entry in catalogue.entries { known[entry.set] = entry.digest }
        for (earlier, later) in zip(catalogue.entries, catalogue.entries.dropFirst())
        where earlier.set.sequence == later.set.sequence {
            flaws.append(SetFlaw(set: later.set, blob: nil, what: "has the number of another one: two writers met"))
        }
        // The record of a pruned set is a link like its manifest was, as long as an older set is left.
        let linked = pruned.filter { record in catalogue.entries.first.map { $0.set < record.set } ?? false }
        let links = catalogue.entries.map { ($0.set, $0.manifest.previous) } + linked.map { ($0.set, $0.previous) }
        for (set, previous) in links {
            guard let previous, let what = Self.flaw(in: previous, known) else { continue }
            flaws.append(SetFlaw(set: set, blob: nil, what: what))
        }
        return flaws + Self.overtaken(catalogue.entries)
    }

    private static func flaw(in link: SetManifest.Link, _ known: [SetID: Digest]) -> String? {
        guard let digest = known[link.set] else {
            return "comes after \(link.set), which is gone and was not pruned"
        }
        return digest == link.manifest ? nil : "comes after \(link.set), whose manifest was another one then"
    }

    /// A set that does not come after the one before it was written by somebody who did not know that one.
    private static func overtaken(_ entries: [Catalogue.Entry]) -> [SetFlaw] {
        zip(entries, entries.dropFirst()).compactMap { earlier, later in
            guard let previous = later.manifest.previous else {
                return SetFlaw(
                    set: later.set,
                    blob: nil,
                    what: "is said to be the first, and comes after \(earlier.set)"
                )
            }
            guard previous.set < earlier.set else { return nil }
            return SetFlaw(set: later.set, blob: nil, what: "does not know \(earlier.set), which was there before it")
        }
    }

    private func prunedSets(of series: SetSeries) async throws(ReportableError) -> [PrunedSet] {
        var records: [PrunedSet] = []
        for facts in try await store.list("\(VaultLayout.prunings)\(series)/") {
            guard let set = VaultLayout.set(of: facts.name, below: VaultLayout.prunings) else { continue }
            do throws(ReportableError) {
                let bytes = try await store.content(of: facts.name, limit: VaultFile.limit)
                guard let bytes else { continue }
                let record = try VaultFile.decode(PrunedSet.self, from: bytes, of: facts.name.text)
                if record.set == set { records.append(record) }
            } catch  where error.code == .vaultDamaged {
                // Then it links nothing, and the set behind it says so.
                continue
            }
        }
        return records
    }
}
