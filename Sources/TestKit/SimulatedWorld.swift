import Basics
import Planning
import StackModel

/// A machine as a value: does what actions ask for, and refuses what would harm a real one.
///
/// Refusals are `broken` errors that begin with "the world refuses": two writers on one data directory, two listeners
/// on one fixed port, a start without its source or data directory, a reconfiguration of what does not run, traffic to
/// what is not ready, a stop of what still gets traffic. `RolloutWatch` adds the rules that need a release.
package struct SimulatedWorld: Sendable {
    /// Replicas by name. Free to change: a test breaks things this way.
    package var replicas: [ReplicaID: ObservedReplica] = [:]
    package var volumes: Set<ServiceName> = []
    package var sources: Set<Digest> = []
    /// Which restoration the live data of a service comes from, and what lies beside it.
    package var restored: [ServiceName: RestorationName] = [:]
    /// Restorations that were prepared, whatever became of them.
    package var beside: [ServiceName: Set<RestorationName>] = [:]
    /// What was live before it, the latest last; nil for data that grew here.
    private var replaced: [ServiceName: [RestorationName?]] = [:]
    /// Which services each edge sends traffic to. While nobody has told, every edge takes every service.
    package private(set) var routes: [ServiceName: Set<ServiceName>]?
    private var edges: Set<ServiceName> = []
    private var fixedPorts: [ReplicaID: Int] = [:]
    /// Templates that were used, with their digests, which are dear to work out.
    private var known: [Digest: (template: ReplicaTemplate, configuration: Digest)] = [:]

    package init() {}

    /// A replica whose accounts were not applied yet: no template has this configuration.
    package static let unconfigured = Digest(of: "not configured yet")

    /// What an engine would see.
    package var observation: Observation {
        Observation(
            replicas: Array(replicas.values),
            volumes: Array(volumes),
            sources: Array(sources),
            restored: restored,
            prepared: lying { !$1.contains($0) },
            kept: lying { $1.contains($0) }
        )
    }

    /// Restorations by whether they are among those that took another's place.
    private func lying(_ isWanted: (RestorationName, Set<RestorationName>) -> Bool)
        -> [ServiceName: Set<RestorationName>]
    {
        var found: [ServiceName: Set<RestorationName>] = [:]
        for (service, names) in beside {
            let used = Set((replaced[service] ?? []).compactMap { $0 } + [restored[service]].compactMap { $0 })
            let chosen = names.filter { isWanted($0, used) }
            if !chosen.isEmpty { found[service] = chosen }
        }
        return found
    }

    /// Learns who routes to whom, and the digests of the templates. What no edge routes to any more loses its traffic
    /// when an edge takes up the change.
    package mutating func learn(_ desired: DesiredStack) {
        var routes: [ServiceName: Set<ServiceName>] = [:]
        for service in desired.services {
            known[service.revision] = (service.template, service.configuration)
            guard service.service.replicas > 0, case .edge(let edge) = service.service.kind else { continue }
            routes[service.name] = Set(edge.routes.map(\.service))
        }
        self.routes = routes
    }

    /// The edges a service gets its requests through, as far as that is known.
    package func edges(routingTo service: ServiceName) -> [ServiceName] {
        (routes ?? [:]).filter { $0.value.contains(service) }.map(\.key).sorted()
    }

    /// The edges that could send traffic to a service.
    private func carriers(of service: ServiceName) -> [ServiceName] {
        routes != nil ? edges(routingTo: service) : edges.subtracting([service]).sorted()
    }

    /// Whether a service is one through which requests come in.
    package func isEdge(_ service: ServiceName) -> Bool { edges.contains(service) || routes?[service] != nil }

    /// Whether a replica serves requests now.
    package func isServing(_ replica: ObservedReplica) -> Bool {
        guard replica.state == .running, replica.ready else { return false }
        let edges = edges(routingTo: replica.id.service)
        return edges.isEmpty || (replica.traffic == .admitted && edges.allSatisfy(takesRequests))
    }

    /// Whether a service has a replica that is up and answers its probe.
    package func takesRequests(_ service: ServiceName) -> Bool {
        replicas.values.contains { $0.id.service == service && $0.state == .running && $0.ready }
    }

    /// Does one thing. `template` is needed by `startReplica` and `reconfigure`.
    package mutating func apply(
        _ action: Action,
        template: ReplicaTemplate? = nil,
        release: Int = 0
    ) throws(ReportableError) {
        switch action {
        case .storeSource(_, let digest): sources.insert(digest)
        case .prepareVolume(let service): volumes.insert(service)
        case .startReplica(let id, let revision): try start(id, revision, template, release)
        case .awaitReady(let id, _, _): try awaitReady(id, action)
        case .reconfigure(let id, let configuration): try reconfigure(id, configuration, template)
        case .admit(let id): try admit(id)
        case .drain(let id, _): replicas[id]?.traffic = .none
        case .stopReplica(let id): try stop(id)
        case .removeReplica(let id): try remove(id)
        case .confirm(let ids, _): for id in ids { try confirm(id) }
        case .swapIn(let service, let name): try swap(service, to: .restored(name), action)
        case .swapOut(let service, let name): try swap(service, to: .before(name), action)
        case .removeVolume(let service): try removeVolume(service)
        case .removeStack:
            guard replicas.isEmpty else { throw refusal("replicas are left", action) }
            if volumes.isEmpty { sources = [] }
        }
    }

    // MARK: - Starting

    private mutating func start(
        _ id: ReplicaID,
        _ revision: Digest,
        _ template: ReplicaTemplate?,
        _ release: Int
    ) throws(ReportableError) {
        let action = Action.startReplica(id, revision: revision)
        guard let template, let configuration = configuration(of: template, revision) else {
            throw refusal("no template of that revision", action)
        }
        if let existing = replicas[id] {
            guard existing.revision == revision else { throw refusal("\(id) exists with another revision", action) }
            if existing.state == .running { return }
        }
        try checkRoom(for: id, template, action)
        fixedPorts[id] = if case .fixed(let port) = template.port { port } else { nil }
        replicas[id] = ObservedReplica(
            id: id,
            revision: revision,
            configuration: template.accounts == nil ? configuration : Self.unconfigured,
            release: release,
            ready: false,
            port: fixedPorts[id]
        )
        if template.kind == "edge" { edges.insert(id.service) }
        if isEdge(id.service) { forgetTraffic(behind: id.service) }
    }

    private mutating func configuration(of template: ReplicaTemplate, _ revision: Digest) -> Digest? {
        if let entry = known[revision], entry.template == template { return entry.configuration }
        guard template.revision == revision else { return nil }
        let configuration = template.configuration
        known[revision] = (template, configuration)
        return configuration
    }

    private func checkRoom(
        for id: ReplicaID,
        _ template: ReplicaTemplate,
        _ action: Action
    ) throws(ReportableError) {
        if let source = template.source, !sources.contains(source) { throw refusal("its source is not stored", action) }
        if let volume = template.volume {
            guard volumes.contains(id.service) else { throw refusal("it has no data directory", action) }
            if volume.shared == nil, let writer = other(than: id, where: { $0.service == id.service }) {
                throw refusal("\(writer) writes to the same data directory", action)
            }
        }
        if case .fixed(let port) = template.port, let holder = other(than: id, where: { fixedPorts[$0] == port }) {
            throw refusal("\(holder) listens on port \(port)", action)
        }
    }

    private func other(than id: ReplicaID, where matches: (ReplicaID) -> Bool) -> ReplicaID? {
        replicas.values.first { $0.id != id && $0.state != .stopped && matches($0.id) }?.id
    }

    // MARK: - Running

    /// A replica that has died by itself is no fault of the plan.
    @discardableResult
    private func mustRun(_ id: ReplicaID) throws(ReportableError) -> ObservedReplica {
        guard let replica = replicas[id] else { throw ReportableError(.replicaFailed, "\(id) does not exist") }
        guard replica.state != .failing else {
            throw ReportableError(.replicaFailed, "\(id) is failing\(Self.reason(replica))")
        }
        return replica
    }

    private mutating func awaitReady(_ id: ReplicaID, _ action: Action) throws(ReportableError) {
        guard try mustRun(id).state == .running else { throw refusal("\(id) is stopped", action) }
        replicas[id]?.ready = true
    }

    private mutating func reconfigure(
        _ id: ReplicaID,
        _ configuration: Digest,
        _ template: ReplicaTemplate?
    ) throws(ReportableError) {
        let action = Action.reconfigure(id, configuration: configuration)
        guard let template, template.configuration == configuration else {
            throw refusal("no template of that configuration", action)
        }
        let replica = try mustRun(id)
        guard replica.state == .running, self.configuration(of: template, replica.revision) != nil else {
            throw refusal("\(id) does not run with that revision", action)
        }
        if template.accounts != nil, !replica.ready { throw refusal("\(id) is not ready", action) }
        replicas[id]?.configuration = configuration
        guard routes?[id.service] != nil else { return }
        for other in Array(replicas.keys) where edges(routingTo: other.service).isEmpty {
            replicas[other]?.traffic = .none
        }
    }

    private mutating func admit(_ id: ReplicaID) throws(ReportableError) {
        let action = Action.admit(id)
        let edges = carriers(of: id.service)
        guard !edges.isEmpty else { throw refusal("no edge routes to \(id.service)", action) }
        if let edge = edges.first(where: { !takesRequests($0) }) { throw refusal("\(edge) is not ready", action) }
        try mustRun(id)
        guard replicas[id]?.ready == true else { throw refusal("\(id) is not ready", action) }
        replicas[id]?.traffic = .admitted
    }

    private func confirm(_ id: ReplicaID) throws(ReportableError) {
        guard let replica = replicas[id], isServing(replica) else {
            let reason = replicas[id].map(Self.reason) ?? ""
            throw ReportableError(.replicaFailed, "\(id) did not stay ready\(reason)")
        }
    }

    private static func reason(_ replica: ObservedReplica) -> String { replica.trouble.map { ": \($0)" } ?? "" }

    // MARK: - Ending

    private mutating func stop(_ id: ReplicaID) throws(ReportableError) {
        guard var replica = replicas[id], replica.state != .stopped else { return }
        if replica.traffic == .admitted, carriers(of: id.service).contains(where: takesRequests) {
            throw refusal("\(id) still gets traffic", .stopReplica(id))
        }
        (replica.state, replica.ready, replica.traffic, replica.trouble) = (.stopped, false, .none, nil)
        replicas[id] = replica
        if isEdge(id.service), !takesRequests(id.service) { forgetTraffic(behind: id.service) }
    }

    private mutating func forgetTraffic(behind edge: ServiceName) {
        for id in Array(replicas.keys) where carriers(of: id.service).contains(edge) { replicas[id]?.traffic = .none }
    }

    private mutating func remove(_ id: ReplicaID) throws(ReportableError) {
        if let replica = replicas[id], replica.state != .stopped {
            throw refusal("\(id) is \(replica.state.rawValue)", .removeReplica(id))
        }
        replicas[id] = nil
        fixedPorts[id] = nil
    }

    private mutating func removeVolume(_ service: ServiceName) throws(ReportableError) {
        if let user = replicas.keys.first(where: { $0.service == service }) {
            throw refusal("\(user) still uses it", .removeVolume(service))
        }
        volumes.remove(service)
        (restored[service], beside[service], replaced[service]) = (nil, nil, nil)
    }

    // MARK: - Data

    private mutating func swap(_ service: ServiceName, to wanted: WantedData, _ action: Action)
        throws(ReportableError)
    {
        if let user = replicas.values.first(where: { $0.id.service == service && $0.state != .stopped })?.id {
            throw refusal("\(user) still uses it", action)
        }
        let name = wanted.restoration
        switch wanted {
        case .restored:
            guard restored[service] != name else { return }
            guard beside[service]?.contains(name) == true else { throw refusal("there is no \(name)", action) }
            replaced[service, default: []].append(restored[service])
            restored[service] = name
        case .before:
            guard restored[service] == name else { return }
            restored[service] = replaced[service]?.popLast() ?? nil
        }
        volumes.insert(service)
    }

    private func refusal(_ reason: String, _ action: Action) -> ReportableError {
        ReportableError(.broken, "the world refuses to \(action.summary): \(reason)")
    }
}
