import Basics
import StackModel
import Vault

/// The data of one service, and the sets that it may come from: the newest first, so that one that is damaged costs time
/// and not the data.
package struct RebuildPart: Sendable {
    package let service: ServiceName
    package let candidates: [ChosenSet]
    /// The same at each attempt, so that a later one knows what an earlier one has made.
    let name: RestorationName

    /// nil without any set.
    init?(_ service: ServiceName, _ candidates: [ChosenSet]) {
        // A copy of a cluster is as new as the log behind it; of equal ones the later copy has the least to read.
        let candidates = candidates.enumerated().sorted { left, right in
            (left.element.state, right.offset) > (right.element.state, left.offset)
        }.map(\.element)
        guard let newest = candidates.first else { return nil }
        let digits = VaultTime(newest.state).description.filter(\.isNumber)
        self.service = service
        self.candidates = candidates
        self.name = RestorationName(unchecked: "rebuild-\(newest.manifest.set.sequence)-\(digits)")
    }

    /// An earlier attempt has laid it: live by now, or beside where it is to live.
    func isThere(_ observed: Observation) -> Bool {
        observed.restored[service] == name || observed.prepared[service]?.contains(name) == true
    }

    /// It is loaded by a server, and not a tree of files.
    func holdsServerData(in stack: Stack) -> Bool { stack.service(service)?.holdsData ?? false }

    /// Bytes of what is loaded, about.
    var size: Int { candidates.first?.manifest.objects.map(\.plain.size).reduce(0, +) ?? 0 }

    /// How long a proof of this data took, by its size; nil where there never was one.
    package var estimate: TimeSpan? {
        for set in candidates {
            guard let text = set.entry.proven?.evidence["recoveryTimeMilliseconds"], let time = Int(text),
                let newest = candidates.first
            else { continue }
            let growth = Double(newest.manifest.size) / Double(max(1, set.manifest.size))
            return TimeSpan(milliseconds: Int(Double(time) * min(max(growth, 0.1), 100)))
        }
        return nil
    }
}

/// A set whose data is back.
package struct RebuiltPart: Hashable, Sendable, Codable {
    /// A service, or `config`.
    package let subject: String
    package let set: String
    package let store: StoreName
    /// The moment whose state it holds.
    package let captured: Instant
    /// How much was lost: from that moment until the rebuild began.
    package let recoveryPoint: TimeSpan
    /// What was counted in it, in words.
    package let content: String
}
