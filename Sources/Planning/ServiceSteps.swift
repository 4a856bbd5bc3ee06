import Basics
import StackModel

/// Writes what happens to the replicas of one service, and keeps the places that the rest of the plan is tied to.
struct ServiceSteps {
    /// The places of an update that the rest of a plan is tied to.
    struct Marks {
        /// Steps that have to wait for what the service depends on; each other one comes behind one of them, or may
        /// come at any time.
        var opening: [PlanDraft.Ref] = []
        var starts: [PlanDraft.Ref] = []
        /// Each replica that becomes ready or is reconfigured: the last such step.
        var ready: [PlanDraft.Ref] = []
        var admits: [PlanDraft.Ref] = []
        /// The last step of each replica that is brought up.
        var tips: [PlanDraft.Ref] = []
        var started: [ReplicaID] = []
        /// Replicas that ran already and are proven again.
        var proven: [ReplicaID] = []
        /// All that have to be confirmed.
        var counting: [ReplicaID] { started + proven }
        /// A replica was ready from the first, and stays until another one is.
        var isServing = false
        /// Replicas that go once everything is proven.
        var late: [Retirement] = []
        /// Replicas that hold a port another service waits for: the steps that free it.
        var freed: [ReplicaID: Chain] = [:]
    }

    let desired: DesiredService
    let causes: Causes
    /// Replicas whose port another service needs.
    let heirs: [ReplicaID: ServiceName]

    var draft: PlanDraft
    var marks = Marks()
    /// Admissions of replicas that did not serve before: a blue-green switch makes them all at once.
    private(set) var switching: [PlanDraft.Ref] = []
    /// Steps that give replicas, new and old, the traffic back that they lost with their edge.
    private(set) var readmissions: [PlanDraft.Ref] = []
    /// Steps that are opening or come behind one that is.
    private var opened: Set<PlanDraft.Ref> = []

    init(_ desired: DesiredService, _ causes: Causes, heirs: [ReplicaID: ServiceName], draft: consuming PlanDraft) {
        self.desired = desired
        self.causes = causes
        self.heirs = heirs
        self.draft = draft
    }

    /// Writes what each replica of a wave needs, kind by kind, its starts behind some removals. Returns the last step
    /// of each, nil where it needs none.
    @discardableResult
    mutating func bringUp(
        _ wave: [BringUp],
        behind removals: [PlanDraft.Ref] = [],
        readmitting: Bool = false
    ) -> [PlanDraft.Ref?] {
        let rollout = desired.service.rollout
        var last = wave.map(\.room)
        var ready = [PlanDraft.Ref?](repeating: nil, count: wave.count)
        start(wave, behind: removals, &last)
        for (index, item) in wave.enumerated() {
            guard let cause = item.ready else { continue }
            let action = Action.awaitReady(item.id, healthyFor: rollout.healthyFor, deadline: rollout.deadline)
            ready[index] = add(action, cause, &last[index])
        }
        for (index, item) in wave.enumerated() {
            guard let cause = item.reconfigure else { continue }
            ready[index] = add(.reconfigure(item.id, configuration: desired.configuration), cause, &last[index])
        }
        marks.ready += ready.compactMap { $0 }
        for (index, item) in wave.enumerated() {
            guard let cause = item.admit else { continue }
            let step = add(.admit(item.id), cause, &last[index], opens: false)
            marks.admits.append(step)
            if readmitting { readmissions.append(step) } else { switching.append(step) }
        }
        marks.tips += last.compactMap { $0 }
        return last
    }

    private mutating func start(
        _ wave: [BringUp],
        behind removals: [PlanDraft.Ref],
        _ last: inout [PlanDraft.Ref?]
    ) {
        let opens = opened.isDisjoint(with: removals)
        var begun: [PlanDraft.Ref] = []
        for (index, item) in wave.enumerated() {
            guard let cause = item.start else { continue }
            begun.append(add(.startReplica(item.id, revision: desired.revision), cause, &last[index], opens: opens))
            if !opens, let step = begun.last { opened.insert(step) }
            marks.started.append(item.id)
        }
        draft.join(removals, before: begun)
        marks.starts += begun
    }

    /// Adds a step behind the last one of its replica and becomes the last one itself.
    private mutating func add(
        _ action: Action,
        _ cause: String,
        _ last: inout PlanDraft.Ref?,
        opens: Bool = true
    ) -> PlanDraft.Ref {
        let step = draft.add(action, because: cause, after: last)
        enter(step, behind: last, opens: opens)
        last = step
        return step
    }

    private mutating func enter(_ step: PlanDraft.Ref, behind other: PlanDraft.Ref?, opens: Bool) {
        if let other, opened.contains(other) {
            opened.insert(step)
        } else if opens {
            marks.opening.append(step)
            opened.insert(step)
        }
    }

    /// Writes how replicas go, each behind its substitute, if it has one.
    mutating func retire(
        _ replicas: [ObservedReplica],
        substitutes: [PlanDraft.Ref?]? = nil,
        opens: Bool = true
    ) -> [Chain] {
        var wave = replicas.map(retirement)
        for (index, substitute) in (substitutes ?? []).enumerated() { wave[index].substitute = substitute }
        let chains = draft.retire(wave)
        for (item, chain) in zip(wave, chains) {
            enter(chain.first, behind: item.substitute, opens: opens)
            if opened.contains(chain.first) { opened.insert(chain.last) }
            if heirs[item.replica.id] != nil { marks.freed[item.replica.id] = chain }
        }
        return chains
    }

    mutating func leaveForLater(_ replicas: [ObservedReplica]) { marks.late += replicas.map(retirement) }

    private func retirement(of replica: ObservedReplica) -> Retirement {
        let cause = causes.retire(replica, of: desired) + causes.need(of: heirs[replica.id])
        return Retirement(replica, cause, drain: desired.service.rollout.drain)
    }
}
