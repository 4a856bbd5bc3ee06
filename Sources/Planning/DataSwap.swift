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
        let isLive = observed.restored[service.name] == wanted.restoration
        let isThere =
            switch wanted {
            case .restored: isLive
            case .before: !isLive
            }
        guard !isThere else { return start(replicas.filter { !isProven($0) }, service, after: nil) }
        start(replicas, service, after: swap(service, wanted, replicas))
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
        let step = draft.add(action, because: cause)
        draft.wait(step, for: chains.map(\.last))
        if !wave.isEmpty { warnings.append("\(service.name) is away while its data is swapped") }
        return step
    }

    private mutating func start(
        _ replicas: [ObservedReplica],
        _ service: DesiredService,
        after swap: PlanDraft.Ref?
    ) {
        let rollout = service.service.rollout
        for replica in replicas {
            let id = replica.id
            var last = swap
            if swap != nil || replica.state != .running {
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
