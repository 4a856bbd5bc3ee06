import Basics
import StackModel

/// Plans the way to a release: what deploy, rollback, revert, scale and restart have in common.
///
/// The order across services:
/// 1. A service begins when everything it depends on has proven ready; sources are stored before, at any time.
/// 2. An edge begins when each service it routes to has a ready replica, so that its first request is served.
///    Traffic is given when both the edge and the replica are ready.
/// 3. One `confirm` over all replicas that were started, now or by an operation cut short, is the pivot. Until then every old replica that did not have to
///    make room still runs, so that going back is a matter of traffic, not of starting programs.
/// 4. Then the old ones go, and with them what the release no longer has.
///
/// Where 1 and 2 would wait for each other (a new service behind the same edge as the one it depends on, while that
/// one is rolled), the first ready replica of the dependency is enough.
struct Convergence {
    let purpose: Plan.Purpose
    let desired: DesiredStack
    let observed: ObservedServices
    let services: Set<ServiceName>?
    let unproven: Set<ReplicaID>
    /// What services begin with in place of nothing.
    let data: [ServiceName: WantedData]
    let causes: Causes

    private var draft = PlanDraft()
    private var rosters: [ServiceName: ReplicaRoster] = [:]
    private var marks: [ServiceName: ServiceSteps.Marks] = [:]
    private(set) var warnings: [String] = []

    init(_ request: PlanRequest, _ desired: DesiredStack, _ observed: ObservedServices) {
        self.purpose = request.purpose
        self.desired = desired
        self.observed = observed
        self.services = request.purpose == .restart ? request.services : nil
        self.unproven = request.unproven
        self.data = request.data
        self.causes = Causes(purpose: request.purpose, release: request.target.number, desired: desired)
    }

    mutating func steps() throws(ReportableError) -> [Step] {
        for service in desired.services { rosters[service.name] = roster(of: service) }
        let blockers = PortBlockers(desired, observed, rosters, includingGone: purpose != .restart)
        for service in desired.services { try update(service, blockers) }
        let freed = freePorts(blockers)
        let waiting = graphThroughEdges(blockers.graph)
        for service in desired.services { connect(service, waiting, blockers, freed) }
        finish(except: Set(freed.keys))
        return try draft.numbered()
    }

    private func roster(of service: DesiredService) -> ReplicaRoster {
        let isChosen = services?.contains(service.name) ?? true
        let isReplaced = purpose == .restart && !service.restartsInPlace
        let aim: ReplicaRoster.Aim = isChosen ? (isReplaced ? .replaceAll : .converge) : .leave
        return ReplicaRoster(of: service, observed: observed[service.name], aim: aim, unproven: unproven)
    }

    // MARK: - One service

    private mutating func update(_ service: DesiredService, _ blockers: PortBlockers) throws(ReportableError) {
        guard let roster = rosters[service.name] else { return }
        let edges = desired.edges(routingTo: service.name).filter(isThere)
        let prepared = try prepare(service, roster)
        var update = ServiceUpdate(
            service,
            roster,
            causes,
            isRouted: !edges.isEmpty,
            edgeStarts: edges.contains { rosters[$0].map { $0.startCount > 0 } ?? false },
            blockers: blockers,
            draft: draft.take()
        )
        update.write()
        let marks = update.steps.marks
        guard marks.started.count == roster.startCount else { throw stuck(service) }
        draft = update.steps.draft
        draft.join(prepared, before: marks.opening)
        self.marks[service.name] = marks
        warn(service, roster)
    }

    /// An edge that takes requests, now or by this plan.
    private func isThere(_ edge: ServiceName) -> Bool {
        guard let roster = rosters[edge] else { return false }
        guard roster.isLeft else { return roster.startCount + roster.kept.count > 0 }
        return observed[edge].contains { $0.state == .running }
    }

    /// What has to be on the machine before a replica starts.
    private mutating func prepare(_ service: DesiredService, _ roster: ReplicaRoster)
        throws(ReportableError) -> [PlanDraft.Ref]
    {
        // Data that is wanted comes to its place also where nobody starts on it yet.
        guard roster.startCount > 0 || data[service.name] != nil else { return [] }
        var prepared: [PlanDraft.Ref] = []
        if roster.startCount > 0, let source = service.template.source, !observed.sources.contains(source) {
            let cause = "source \(source.short) is not stored yet"
            prepared.append(draft.store(source, of: service.name, because: cause))
        }
        if service.needsVolume, let step = try prepareVolume(of: service.name) { prepared.append(step) }
        return prepared
    }

    /// Nobody starts on an empty directory where data is wanted.
    private mutating func prepareVolume(of service: ServiceName) throws(ReportableError) -> PlanDraft.Ref? {
        guard case .restored(let name)? = data[service] else {
            guard !observed.volumes.contains(service) else { return nil }
            if let name = observed.prepared[service]?.min() { throw waiting(name, service) }
            return draft.add(.prepareVolume(service), because: "\(service) has no data directory yet")
        }
        guard observed.restored[service] != name else { return nil }
        guard !observed.volumes.contains(service) else {
            throw ReportableError(
                .needsDecision,
                "\(service) has data, and it is not that of \(name)",
                hint: "Look whose it is. `slipway down --destroy-data` removes it."
            )
        }
        guard observed.prepared[service]?.contains(name) == true else {
            throw ReportableError(.notFound, "there is no data \(name) of \(service), neither live nor prepared")
        }
        return draft.add(.swapIn(service, name), because: "\(service) begins with the data of its backup")
    }

    /// A rebuild was cut short: whoever started the service on nothing would hide what it has brought.
    private func waiting(_ name: RestorationName, _ service: ServiceName) -> ReportableError {
        ReportableError(
            .needsDecision,
            "\(service) has no data, and that of a backup (\(name)) waits beside to take its place",
            hint: "Go on with the `slipway rebuild` that was cut short. `slipway down --destroy-data` gives it up."
        )
    }

    private mutating func warn(_ service: DesiredService, _ roster: ReplicaRoster) {
        let name = service.name
        let bounds = RolloutBounds(service, replacing: roster.retired)
        let isReplaced = roster.startCount > 0 && roster.retired.contains { $0.state == .running }
        switch bounds.exclusion {
        case .port(let port)? where isReplaced:
            warnings.append(
                "\(name) uses the fixed port \(port), so old and new cannot overlap: it is away while it is replaced"
            )
        case .data? where isReplaced:
            warnings.append(
                "\(name) keeps data, so old and new cannot overlap: it is away while it is replaced"
            )
        default: break
        }
        let rollout = service.service.rollout
        if isReplaced, bounds.strategy == .rolling, bounds.unavailable == 0,
            rollout.maxSurge.roundedUp(of: service.service.replicas) == 0
        {
            warnings.append(
                "\(name) allows neither surge nor absence, so no step would be possible: one extra replica is used"
            )
        }
        let absent = desired.edges(routingTo: name).filter { !isThere($0) }
        for edge in absent where roster.startCount > 0 {
            warnings.append("\(edge) does not run, so \(name) gets no traffic from it")
        }
    }

    private func stuck(_ service: DesiredService) -> ReportableError {
        ReportableError(
            .broken,
            "no order of steps leads \(service.name) to release \(desired.release.number)",
            hint: "Please report this with the stack file and the output of `slipway status --output json`."
        )
    }

    // MARK: - Between services

    /// Replicas whose port another service needs, with the steps that free it: not left to the end.
    private mutating func freePorts(_ blockers: PortBlockers) -> [ReplicaID: Chain] {
        var freed: [ReplicaID: Chain] = [:]
        for service in desired.services { freed.merge(marks[service.name]?.freed ?? [:]) { first, _ in first } }
        for replica in blockers.gone {
            let cause = causes.gone(replica.id.service) + causes.need(of: blockers.heirs[replica.id])
            freed[replica.id] = draft.retire([Retirement(replica, cause, drain: Rollout().drain)]).first
        }
        return freed
    }

    private mutating func connect(
        _ service: DesiredService,
        _ waiting: ServiceGraph,
        _ blockers: PortBlockers,
        _ freed: [ReplicaID: Chain]
    ) {
        guard let mine = marks[service.name] else { return }
        var waits: [PlanDraft.Ref] = []
        for other in desired.graph.targets(of: service.name) {
            guard let theirs = marks[other] else { continue }
            let isEnough = isRoute(service, other) || waiting.reaches(other, service.name)
            waits += isEnough ? firstReady(theirs) : theirs.ready
        }
        draft.join(waits, before: mine.opening)
        let holders = blockers.holders(against: service)
        draft.join(holders.compactMap { freed[$0]?.last }, before: mine.starts)
        let gone = holders.filter { desired.service($0.service) == nil }
        draft.join(waits, before: gone.compactMap { freed[$0]?.first })
        let edges = desired.edges(routingTo: service.name)
        draft.join(edges.flatMap { marks[$0]?.ready ?? [] }, before: mine.admits)
    }

    private func isRoute(_ service: DesiredService, _ other: ServiceName) -> Bool {
        desired.edges(routingTo: other).contains(service.name)
    }

    private func firstReady(_ marks: ServiceSteps.Marks) -> [PlanDraft.Ref] {
        marks.isServing ? [] : Array(marks.ready.prefix(1))
    }

    /// The services with what their full rollout waits for: dependencies, and edges that change in this plan. Where
    /// the full rollout of a dependency would wait for the very service that needs it, less has to do.
    private func graphThroughEdges(_ graph: ServiceGraph) -> ServiceGraph {
        var graph = graph
        for service in desired.services {
            for edge in desired.edges(routingTo: service.name) where marks[edge]?.ready.isEmpty == false {
                graph.connect(service.name, to: edge)
            }
        }
        return graph
    }

    // MARK: - The end

    private mutating func finish(except freed: Set<ReplicaID>) {
        let all = desired.services.compactMap { marks[$0.name] }
        let proof = confirm(all)
        for marks in all {
            let chains = draft.retire(marks.late)
            draft.join(proof.map { [$0] } ?? marks.tips, before: chains.map(\.first))
        }
        guard purpose != .restart else { return }
        let end = proof.map { [$0] } ?? all.flatMap(\.tips)
        for service in observed.names where desired.release.stack.service(service) == nil {
            let gone = observed[service].filter { !freed.contains($0.id) }.sorted { $0.id > $1.id }
            let cause = causes.gone(service)
            let chains = draft.retire(gone.map { Retirement($0, cause, drain: Rollout().drain) })
            draft.join(end, before: chains.map(\.first))
            if observed.volumes.contains(service) {
                warnings.append("\(service) goes, its data stays")
            }
        }
    }

    private mutating func confirm(_ all: [ServiceSteps.Marks]) -> PlanDraft.Ref? {
        let started = all.flatMap(\.counting).sorted()
        let spans = desired.services.filter { marks[$0.name]?.counting.isEmpty == false }
            .map(\.service.rollout.healthyFor)
        guard let longest = spans.max() else { return nil }
        let proof = draft.add(
            .confirm(started, healthyFor: longest),
            because: "release \(desired.release.number) counts once everything it started has stayed ready",
            isPivot: true
        )
        draft.wait(proof, for: all.flatMap(\.tips))
        return proof
    }
}
