import Basics
import StackModel

/// The replicas of one service, sorted by what becomes of them.
struct ReplicaRoster {
    enum Aim {
        /// What is current stays.
        case converge
        /// Every replica is replaced, current or not.
        case replaceAll
        /// The service is not part of the work; it only may have to be given traffic again.
        case leave
    }

    /// Running, of the wanted revision; they stay.
    var kept: [ObservedReplica] = []
    /// Stopped, of the wanted revision; they are started again under the same number.
    var sleepers: [ObservedReplica] = []
    /// Numbers of replicas that have to be made.
    var fresh: [Int] = []
    /// All others, in the order in which they go: first what is too many, highest number first, then what is
    /// replaced, lowest number first.
    var retired: [ObservedReplica] = []

    /// Those of the kept that were never confirmed.
    private(set) var unproven: Set<ReplicaID> = []

    /// The service is not part of the work.
    let isLeft: Bool

    var startCount: Int { sleepers.count + fresh.count }

    init(of desired: DesiredService, observed: [ObservedReplica], aim: Aim, unproven: Set<ReplicaID> = []) {
        isLeft = aim == .leave
        guard aim != .leave else {
            kept = observed.filter { $0.state == .running && $0.ready && $0.traffic == .admitted }
            return
        }
        let wanted = desired.service.replicas
        let usable = observed.filter { aim == .converge && $0.revision == desired.revision && $0.state != .failing }
        let chosen = usable.sorted { (Self.rank($0), $0.id.number) < (Self.rank($1), $1.id.number) }.prefix(wanted)
        let names = Set(chosen.map(\.id))
        kept = chosen.filter { $0.state == .running }.sorted { $0.id < $1.id }
        self.unproven = unproven.intersection(kept.map(\.id))
        sleepers = chosen.filter { $0.state == .stopped }.sorted { $0.id < $1.id }
        let surplus = usable.filter { !names.contains($0.id) }.sorted { $0.id > $1.id }
        let gone = names.union(surplus.map(\.id))
        retired = surplus + observed.filter { !gone.contains($0.id) }
        fresh = Self.free(wanted - chosen.count, besides: observed)
    }

    /// The healthier a replica, the smaller; the smallest are kept.
    private static func rank(_ replica: ObservedReplica) -> Int {
        switch (replica.state, replica.ready, replica.traffic) {
        case (.running, true, .admitted): 0
        case (.running, true, _): 1
        case (.running, false, _): 2
        case (.stopped, _, _), (.failing, _, _): 3
        }
    }

    /// The smallest numbers that no replica has.
    private static func free(_ count: Int, besides observed: [ObservedReplica]) -> [Int] {
        let taken = Set(observed.map(\.id.number))
        var numbers: [Int] = []
        var number = 1
        while numbers.count < count {
            if !taken.contains(number) { numbers.append(number) }
            number += 1
        }
        return numbers
    }
}
