import Basics
import StackModel

/// Plans `restore`: each service is stopped, its data is swapped, and it is started again. While it is stopped nobody
/// writes, so that no write is lost unseen between the two.
///
/// Looks at what is there: a service whose data is the wanted one already is only started where that was left undone.
struct DataSwap {
    let request: PlanRequest
    let desired: DesiredStack
    let observed: ObservedServices

    private var draft = PlanDraft()
    private(set) var warnings: [String] = []
    /// The last step of each replica that is started.
    private var ready: [PlanDraft.Ref] = []
    private var started: [ReplicaID] = []

    init(_ request: PlanRequest, _ desired: DesiredStack, _ observed: ObservedServices) {
        self.request = request
        self.desired = desired
        self.observed = observed
    }

    /// Throws `needsDecision` when a service does not run as its release says.
    mutating func steps() throws(ReportableError) -> [Step] {
        for service in desired.services {
            guard let wanted = request.data[service.name] else { continue }
            try restore(service, wanted)
        }
        if !started.isEmpty { confirm() }
        return try draft.numbered()
    }

    private mutating func restore(_ service: DesiredService, _ wanted: WantedData) throws(ReportableError) {
        let replicas = observed[service.name]
        if let other = replicas.first(where: { $0.revision != service.revision }) {
            throw ReportableError(
                .needsDecision,
                "\(other.id) does not run what release \(request.target.number) says",
                hint: "Bring the stack up to date with `slipway deploy`, then restore."
            )
        }
        guard try isMissing(wanted, service.name) else {
            return start(replicas.filter { !isProven($0) }.map(Start.init), service, after: nil)
        }
        let swap = swap(service, wanted, replicas)
        start(starts(of: service, replicas), service, after: swap)
    }

    /// Whether the data has still to be swapped. Throws `needsDecision` and `notFound` where it cannot be.
    private func isMissing(_ wanted: WantedData, _ service: ServiceName) throws(ReportableError) -> Bool {
        let (live, name) = (observed.restored[service], wanted.restoration)
        let isPrepared = observed.prepared[service]?.contains(name) ?? false
        switch wanted {
        case .restored:
            guard live != name else { return false }
            guard isPrepared else { throw unfit(name, service, live) }
            return true
        case .before:
            guard live != name else { return true }
            guard isPrepared else { throw unfit(name, service, live) }
            return false
        }
    }

    private func unfit(_ name: RestorationName, _ service: ServiceName, _ live: RestorationName?) -> ReportableError {
        guard observed.kept[service]?.contains(name) != true else { return covered(name, service, by: live) }
        return ReportableError(.notFound, "there is no data \(name) of \(service), neither live nor prepared")
    }

    private func covered(_ name: RestorationName, _ service: ServiceName, by live: RestorationName?)
        -> ReportableError
    {
        ReportableError(
            .needsDecision,
            live.map { "the data of \(service) is that of \($0), which took the place of \(name)" }
                ?? "the live data of \(service) is not that of \(name), which is gone",
            hint: live.map { "Undo \($0) first, then \(name)." } ?? "Restore a set."
        )
    }

    /// A replica that is to run again, or for the first time.
    private struct Start {
        let id: ReplicaID
        let isRunning: Bool
        let isAdmitted: Bool

        init(_ replica: ObservedReplica) {
            id = replica.id
            isRunning = replica.state == .running
            isAdmitted = replica.traffic == .admitted
        }

        init(_ id: ReplicaID) {
            self.id = id
            isRunning = false
            isAdmitted = false
        }
    }

    /// Those that are there, and those that the release wants besides: data counts as restored when it is served.
    private func starts(of service: DesiredService, _ replicas: [ObservedReplica]) -> [Start] {
        let taken = Set(replicas.map(\.id))
        let wanted = max(0, service.service.replicas - replicas.count)
        let free = (1...).lazy.map { ReplicaID(service.name, $0) }.filter { !taken.contains($0) }
        return replicas.map(Start.init) + free.prefix(wanted).map(Start.init)
    }

    private func isProven(_ replica: ObservedReplica) -> Bool {
        replica.state == .running && replica.ready && !request.unproven.contains(replica.id)
    }

    private mutating func swap(_ service: DesiredService, _ wanted: WantedData, _ replicas: [ObservedReplica])
        -> PlanDraft.Ref
    {
        let cause: String
        let action: Action
        switch wanted {
        case .restored(let name):
            (action, cause) = (.swapIn(service.name, name), "the data of \(service.name) is to be that of \(name)")
        case .before(let name):
            (action, cause) = (.swapOut(service.name, name), "the data from before \(name) is wanted back")
        }
        let wave = replicas.filter { $0.state != .stopped }.map {
            Retirement($0, "nobody may write while the data is swapped", drain: service.service.rollout.drain)
        }
        let chains = draft.retire(wave, removing: false)
        var step = draft.add(action, because: cause)
        draft.wait(step, for: chains.map(\.last))
        if case .before = wanted, observed.kept[service.name]?.contains(wanted.restoration) != true {
            step = draft.add(.prepareVolume(service.name), because: "there was no data before", after: step)
        }
        if !wave.isEmpty { warnings.append("\(service.name) is away while its data is swapped") }
        return step
    }

    private mutating func start(
        _ replicas: [Start],
        _ service: DesiredService,
        after swap: PlanDraft.Ref?
    ) {
        let rollout = service.service.rollout
        let isRouted = !desired.edges(routingTo: service.name).isEmpty
        for replica in replicas {
            let id = replica.id
            var last = swap
            if swap != nil || !replica.isRunning {
                let cause = swap == nil ? "\(id) does not run" : "\(service.name) has its data now"
                last = draft.add(.startReplica(id, revision: service.revision), because: cause, after: swap)
            }
            last = draft.add(
                .awaitReady(id, healthyFor: rollout.healthyFor, deadline: rollout.deadline),
                because: "data counts as restored once it is served",
                after: last
            )
            if service.template.accounts != nil {
                last = draft.add(
                    .reconfigure(id, configuration: service.configuration),
                    because: "the restored data may know other passwords",
                    after: last
                )
            }
            if isRouted, swap != nil || !replica.isAdmitted {
                last = draft.add(.admit(id), because: "\(id) has its data now", after: last)
            }
            ready += last.map { [$0] } ?? []
            started.append(id)
        }
    }

    /// The pivot: what fails before it puts the old data back in place.
    private mutating func confirm() {
        let healthyFor = request.data.keys.compactMap { desired.service($0)?.service.rollout.healthyFor }.max()
        let step = draft.add(
            .confirm(started.sorted(), healthyFor: healthyFor ?? .seconds(0)),
            because: "the restored data is served",
            isPivot: true
        )
        draft.wait(step, for: ready)
    }
}
