import Basics
import Planning
import StackModel

/// Watches a plan run and objects when a rollout breaks the bounds of its release: too few replicas that serve, too
/// many that exist, old and new side by side where that was ruled out, a start before what it depends on is ready, a
/// port given up earlier than it has to be.
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
    /// Old replicas on a port that another service is to have, where one would wait for the other if they stayed until
    /// a successor serves. They may go whatever the floor is.
    private var inTheWay: Set<ReplicaID> = []
    /// Replicas of services that go, on a port that this service is to have.
    private let inherited: [ReplicaID: ServiceName]

    /// - Parameter world: as it is before the first step. Where fewer serve than should, no more may be taken away.
    package init(_ desired: DesiredStack, in world: SimulatedWorld) {
        old = Set(world.replicas.values.filter { $0.state == .running }.map(\.id))
        inherited = Self.holders(desired, in: world).filter { desired.service($0.key.service) == nil }
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
        inTheWay = excused(desired, in: world)
    }

    /// Whoever has the port that another service is to have may go early if nothing can be beside it, or if its
    /// successor may have to wait for that other service. Worked out more generously than the planner does.
    private func excused(_ desired: DesiredStack, in world: SimulatedWorld) -> Set<ReplicaID> {
        let arcs = Self.waits(desired, in: world)
        let holders = Self.holders(desired, in: world)
        return Set(
            holders.compactMap { id, owner -> ReplicaID? in
                guard let bounds = bounds[id.service], bounds.overlaps else { return id }
                let existing = world.replicas.values.count { $0.id.service == id.service && $0.state != .stopped }
                guard existing < bounds.ceiling else { return id }
                return Self.leads(from: id.service, to: owner, arcs) ? id : nil
            }
        )
    }

    /// Replicas on a port that is to be another service's, and whose.
    private static func holders(_ desired: DesiredStack, in world: SimulatedWorld) -> [ReplicaID: ServiceName] {
        var owners: [Int: ServiceName] = [:]
        for service in desired.services {
            if case .fixed(let port) = service.template.port { owners[port] = service.name }
        }
        var holders: [ReplicaID: ServiceName] = [:]
        for replica in world.replicas.values {
            guard let port = replica.port, let owner = owners[port], owner != replica.id.service else { continue }
            holders[replica.id] = owner
        }
        return holders
    }

    /// Everything that a service could have to wait for: what it depends on, its edges, what an edge routes to, who
    /// has its port.
    private static func waits(_ desired: DesiredStack, in world: SimulatedWorld) -> [ServiceName: Set<ServiceName>] {
        var arcs: [ServiceName: Set<ServiceName>] = [:]
        for service in desired.services {
            arcs[service.name, default: []].formUnion(service.service.dependsOn)
            for edge in desired.edges(routingTo: service.name) {
                arcs[service.name, default: []].insert(edge)
                arcs[edge, default: []].insert(service.name)
            }
        }
        for (holder, owner) in holders(desired, in: world) { arcs[owner, default: []].insert(holder.service) }
        return arcs
    }

    private static func leads(
        from: ServiceName,
        to: ServiceName,
        _ arcs: [ServiceName: Set<ServiceName>]
    ) -> Bool {
        var (seen, open): (Set<ServiceName>, [ServiceName]) = ([from], [from])
        while let next = open.popLast() {
            if next == to { return true }
            for other in arcs[next] ?? [] where seen.insert(other).inserted { open.append(other) }
        }
        return false
    }

    /// What the spec allows, worked out apart from the planner on purpose.
    private static func allowed(
        _ desired: DesiredService,
        existing: [ObservedReplica]
    ) -> (surge: Int, absence: Int, overlap: Bool) {
        let (rollout, wanted) = (desired.service.rollout, desired.service.replicas)
        let isExclusive = desired.template.volume.map { $0.shared == nil } ?? false
        if case .fixed(let port) = desired.template.port {
            guard case .edge = desired.service.kind else { return (0, wanted, false) }
            // A new one that a crash left half-way has the new port already; it is the old ones that count.
            let old = existing.filter { $0.revision != desired.revision }
            let moves = old.allSatisfy { $0.port.map { $0 != port } ?? false }
            guard moves, !old.isEmpty, !isExclusive else { return (0, wanted, false) }
            return (1, min(wanted, rollout.maxUnavailable.roundedDown(of: wanted)), true)
        }
        if isExclusive || rollout.strategy == .recreate { return (0, wanted, false) }
        if rollout.strategy == .blueGreen { return (wanted, 0, true) }
        let surge = rollout.maxSurge.roundedUp(of: wanted)
        let absence = min(wanted, rollout.maxUnavailable.roundedDown(of: wanted))
        return (surge + absence == 0 ? 1 : surge, absence, true)
    }

    /// Throws `broken` when an action that led from one world to the other broke a bound.
    package func check(_ action: Action, from before: SimulatedWorld, to after: SimulatedWorld) throws(ReportableError)
    {
        try checkHeir(action, after)
        guard let service = action.service, let bounds = bounds[service] else { return }
        let (had, has) = (before.serving(service), after.serving(service))
        if has < had, has < bounds.floor, !(action.replica.map(inTheWay.contains) ?? false) {
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

    /// What goes for the sake of another service does not go before that one could start.
    private func checkHeir(_ action: Action, _ after: SimulatedWorld) throws(ReportableError) {
        guard let id = action.replica, let heir = inherited[id], let needs = bounds[heir]?.needs else { return }
        if let need = needs.first(where: { !after.takesRequests($0) }) {
            throw objection(action, "\(heir), which is to have its port, still needs \(need)")
        }
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
