import Basics
import StackModel

/// What the rollout of a service comes to in numbers of replicas, and why it may have to differ from what was asked.
package struct RolloutBounds: Hashable, Sendable {
    /// Why two replicas of a service can never run at once.
    package enum Exclusion: Hashable, Sendable {
        /// They would write to one data directory.
        case data
        /// They would listen on this port.
        case port(Int)
    }

    /// The strategy that is really possible.
    package let strategy: Rollout.Strategy
    /// Replicas that may exist beyond the declared number.
    package let surge: Int
    /// Replicas of the declared number that may be away.
    package let unavailable: Int
    /// Set when two replicas can never overlap, whatever the strategy says.
    package let exclusion: Exclusion?

    /// Surge is rounded up and absence down, as the vocabulary says. When both come to nothing an update could never
    /// take its first step; then one replica more is allowed, because that costs memory and the other costs requests.
    ///
    /// - Parameter replaced: the replicas that give way. With none given, another one is taken to hold the same port.
    package init(_ desired: DesiredService, replacing replaced: [ObservedReplica]? = nil) {
        let replicas = desired.service.replicas
        let rollout = desired.service.rollout
        let moves = replaced.map { Self.moves(desired, from: $0) } ?? false
        self.exclusion = moves ? nil : Self.exclusion(of: desired)
        self.strategy = moves ? .rolling : exclusion == nil ? rollout.strategy : .recreate
        switch strategy {
        case .rolling:
            self.unavailable = min(replicas, rollout.maxUnavailable.roundedDown(of: replicas))
            let surge = rollout.maxSurge.roundedUp(of: replicas)
            self.surge = surge == 0 && unavailable == 0 ? 1 : surge
        case .blueGreen:
            (self.surge, self.unavailable) = (replicas, 0)
        case .recreate:
            (self.surge, self.unavailable) = (0, replicas)
        }
    }

    /// An edge that moves to another port serves on the old one until it is proven on the new one.
    private static func moves(_ desired: DesiredService, from replaced: [ObservedReplica]) -> Bool {
        guard case .edge = desired.service.kind, case .fixed(let port) = desired.template.port else { return false }
        return !desired.keepsData && !replaced.isEmpty && replaced.allSatisfy { $0.port.map { $0 != port } ?? false }
    }

    private static func exclusion(of desired: DesiredService) -> Exclusion? {
        if desired.keepsData { return .data }
        if case .fixed(let port) = desired.template.port { return .port(port) }
        return nil
    }
}
