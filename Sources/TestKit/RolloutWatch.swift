import Basics
import Planning
import StackModel

/// Watches a plan run and objects when a rollout breaks the bounds of its release: too few replicas that serve, too
/// many that exist, old and new side by side where that was ruled out, a start before what it depends on is ready.
package struct RolloutWatch: Sendable {
    private struct Bounds: Sendable {
        /// Fewer may never serve because of something the plan does.
        let floor: Int
        /// More may never exist because of something the plan starts.
        let ceiling: Int
        let overlaps: Bool
        /// All new ones get their traffic together, when the last of them is ready.
        let switches: Bool
        /// Services of which one replica has to be ready before one of this is started.
        let needs: [ServiceName]
    }

    private var bounds: [ServiceName: Bounds] = [:]
    /// Replicas that ran before the first step.
    private let old: Set<ReplicaID>
    /// Fixed ports and whose they are to be.
    private let ports: [Int: ServiceName]

    /// - Parameter world: as it is before the first step. Where fewer serve than should, no more may be taken away.
    package init(_ desired: DesiredStack, in world: SimulatedWorld) {
        old = Set(world.replicas.values.filter { $0.state == .running }.map(\.id))
        ports = Dictionary(
            desired.services.compactMap { service in
                if case .fixed(let port) = service.template.port { (port, service.name) } else { nil }
            },
            uniquingKeysWith: { first, _ in first }
        )
        let present = Set(desired.services.filter { $0.service.replicas > 0 }.map(\.name))
        for service in desired.services {
            let (wanted, serving) = (service.service.replicas, world.serving(service.name))
            let allowed = Self.allowed(
                service,
                existing: world.replicas.values.filter { $0.id.service == service.name }
            )
            bounds[service.name] = Bounds(
                floor: min(wanted - allowed.absence, serving),
                ceiling: wanted + allowed.surge,
                overlaps: allowed.overlap,
                switches: allowed.overlap && service.service.rollout.strategy == .blueGreen,
                needs: service.service.dependsOn.filter(present.contains)
            )
        }
    }

    /// What the spec allows, worked out apart from the planner on purpose.
    private static func allowed(
        _ desired: DesiredService,
        existing: [ObservedReplica]
    ) -> (surge: Int, absence: Int, overlap: Bool) {
        let (rollout, wanted) = (desired.service.rollout, desired.service.replicas)
        if case .fixed(let port) = desired.template.port {
            guard case .edge = desired.service.kind else { return (0, wanted, false) }
            let moves = desired.template.volume == nil && existing.allSatisfy { $0.port != port }
            return (moves ? 1 : 0, wanted, moves)
        }
        if desired.template.volume != nil || rollout.strategy == .recreate { return (0, wanted, false) }
        if rollout.strategy == .blueGreen { return (wanted, 0, true) }
        let surge = rollout.maxSurge.roundedUp(of: wanted)
        let absence = min(wanted, rollout.maxUnavailable.roundedDown(of: wanted))
        return (surge + absence == 0 ? 1 : surge, absence, true)
    }

    /// Throws `broken` when an action that led from one world to the other broke a bound.
    package func check(_ action: Action, from before: SimulatedWorld, to after: SimulatedWorld) throws(ReportableError)
    {
        guard let service = action.service, let bounds = bounds[service] else { return }
        let (had, has) = (before.serving(service), after.serving(service))
        if has < had, has < bounds.floor, !isInTheWay(action.replica.flatMap { before.replicas[$0] }) {
            throw objection(action, "only \(has) of at least \(bounds.floor) replicas of \(service) serve")
        }
        switch action {
        case .startReplica(_, let revision): try checkStart(of: service, action, revision, after)
        case .admit(let id) where bounds.switches && !old.contains(id):
            let new = after.replicas.values.filter { $0.id.service == service && !old.contains($0.id) }
            if let other = new.first(where: { $0.state == .running && !$0.ready }) {
                throw objection(action, "\(other.id) is not ready yet")
            }
        default: break
        }
    }

    /// It has the port that another service is to have, and no choice.
    private func isInTheWay(_ replica: ObservedReplica?) -> Bool {
        guard let replica, let port = replica.port, let owner = ports[port] else { return false }
        return owner != replica.id.service
    }

    private func checkStart(
        of service: ServiceName,
        _ action: Action,
        _ revision: Digest,
        _ after: SimulatedWorld
    ) throws(ReportableError) {
        guard let bounds = bounds[service] else { return }
        if let need = bounds.needs.first(where: { !after.takesRequests($0) }) {
            throw objection(action, "\(service) needs \(need), which is not ready")
        }
        let existing = after.replicas.values.filter { $0.id.service == service && $0.state != .stopped }
        if existing.count > bounds.ceiling {
            throw objection(action, "\(existing.count) of at most \(bounds.ceiling) replicas of \(service) exist")
        }
        if !bounds.overlaps, let old = existing.first(where: { $0.revision != revision }) {
            throw objection(action, "\(old.id) of another revision still runs")
        }
    }

    private func objection(_ action: Action, _ reason: String) -> ReportableError {
        ReportableError(.broken, "the bounds of the rollout are broken by \"\(action.summary)\": \(reason)")
    }
}

extension SimulatedWorld {
    /// Replicas of a service that serve requests now.
    fileprivate func serving(_ service: ServiceName) -> Int {
        replicas.values.filter { $0.id.service == service && isServing($0) }.count
    }
}
