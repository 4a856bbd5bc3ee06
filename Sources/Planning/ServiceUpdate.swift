import Basics
import StackModel

/// Writes the steps that lead one service to its release. What they have to wait for in other services, and what may
/// go only at the very end, is left to the caller, who finds the places in `marks`.
struct ServiceUpdate {
    /// The places of an update that the rest of a plan is tied to.
    struct Marks {
        /// Steps that nothing else in the service comes before; admissions are not among them.
        var opening: [PlanDraft.Ref] = []
        var starts: [PlanDraft.Ref] = []
        /// Each replica that becomes ready or is reconfigured: the last such step.
        var ready: [PlanDraft.Ref] = []
        var admits: [PlanDraft.Ref] = []
        /// The last step of each replica that is brought up.
        var tips: [PlanDraft.Ref] = []
        var started: [ReplicaID] = []
        /// A replica was ready from the first, and stays until another one is.
        var isServing = false
        /// Replicas that go once everything is proven.
        var late: [Retirement] = []
        /// Replicas that hold a port another service waits for: the step that frees it.
        var freed: [ReplicaID: PlanDraft.Ref] = [:]
    }

    let desired: DesiredService
    let roster: ReplicaRoster
    let bounds: RolloutBounds
    let causes: Causes
    /// Requests reach it through an edge.
    let isRouted: Bool
    /// That edge is started by this plan, and knows nobody then.
    let edgeStarts: Bool
    let blockers: PortBlockers
    /// Replicas that go but hold a port another service needs.
    let holders: [ObservedReplica]
    /// All others that go.
    let retired: [ObservedReplica]

    var marks = Marks()
    var draft: PlanDraft

    /// Admissions that a blue-green switch makes all at once.
    private var switching: [PlanDraft.Ref] = []
    /// Steps that give replicas, new and old, the traffic back that they lost with their edge.
    private var readmissions: [PlanDraft.Ref] = []

    init(
        _ desired: DesiredService,
        _ roster: ReplicaRoster,
        _ causes: Causes,
        isRouted: Bool,
        edgeStarts: Bool,
        blockers: PortBlockers,
        draft: consuming PlanDraft
    ) {
        self.desired = desired
        self.roster = roster
        // What stands in the way of another service has to go first, and cannot wait for its successor.
        let isBlocking = roster.retired.contains { blockers.holders.contains($0.id) }
        self.bounds = RolloutBounds(desired, replacing: isBlocking ? nil : roster.retired)
        self.causes = causes
        self.isRouted = isRouted
        self.edgeStarts = edgeStarts
        self.blockers = blockers
        self.holders = roster.retired.filter { blockers.holders.contains($0.id) }
        self.retired = roster.retired.filter { !blockers.holders.contains($0.id) }
        self.draft = draft
    }

    mutating func write() {
        let gains = bringUpKept()
        if bounds.strategy == .recreate { recreate() } else { roll(gains) }
        if bounds.strategy == .blueGreen { draft.join(marks.ready, before: switching) }
    }

    // MARK: - What stays

    /// Brings replicas that stay to where they belong. Returns the last step of each that did not serve before.
    private mutating func bringUpKept() -> [PlanDraft.Ref] {
        let serving = roster.kept.filter(serves)
        let waiting = roster.kept.filter { !serves($0) }
        marks.isServing = roster.kept.contains(where: \.ready)
        _ = bringUp(serving.map(keep), readmitting: true)
        return bringUp(waiting.map(keep)).compactMap { $0 }
    }

    private func serves(_ replica: ObservedReplica) -> Bool {
        replica.state == .running && replica.ready && (!isRouted || replica.traffic == .admitted)
    }

    private func keep(_ replica: ObservedReplica) -> BringUp {
        let id = replica.id
        let admit = isRouted && (edgeStarts || replica.traffic != .admitted)
        return BringUp(
            id: id,
            ready: replica.ready ? nil : causes.ready(id, isNew: false),
            reconfigure: isReconfigured(replica) ? causes.reconfigure(replica, desired) : nil,
            admit: admit ? causes.admit(replica, id, edgeStarts: edgeStarts) : nil
        )
    }

    private func isReconfigured(_ replica: ObservedReplica) -> Bool {
        guard !roster.isLeft else { return false }
        return replica.configuration != desired.configuration || causes.purpose == .restart && desired.restartsInPlace
    }

    // MARK: - What goes and what comes

    /// All old replicas go, then all new ones start. What keeps data never has two writers, what has a fixed port
    /// never two listeners.
    private mutating func recreate() {
        let freed = retire(holders, isOpening: false)
        guard roster.startCount > 0 || bounds.exclusion != nil else { return leaveForLater(retired) }
        let removed = retire(retired)
        _ = bringUp(starts(), behind: (freed + removed).map(\.last), opens: removed.isEmpty)
    }

    /// New replicas come as far as the surge goes, old ones go as far as enough others serve, in turn until all new
    /// ones are placed. Each start waits for one removal of its own and each removal for one proven replica of its
    /// own, so the bounds hold in whatever order independent steps run. The old ones that the surge has room for
    /// stay to the end.
    ///
    /// Replicas that serve nobody make room first when there is none, else they go last with the rest.
    private mutating func roll(_ gains: [PlanDraft.Ref]) {
        let useful = retired.filter(isUseful)
        let serving = useful.filter { $0.traffic != .admitted } + useful.filter { $0.traffic == .admitted }
        let stopped = retired.filter { $0.state == .stopped }
        let broken = retired.filter { $0.state != .stopped && !isUseful($0) }
        marks.isServing = marks.isServing || !serving.isEmpty
        readmit(serving.filter { isRouted && edgeStarts && $0.traffic == .admitted })

        let available = roster.kept.filter(serves).count + serving.count
        let spare = max(0, available - max(0, desired.service.replicas - bounds.unavailable))
        let existing = roster.kept.count + serving.count + broken.count + holders.count
        var exchange = Exchange(
            room: desired.service.replicas + bounds.surge - existing,
            spare: spare,
            gains: gains,
            starts: starts()[...],
            serving: serving[...]
        )
        let isCrowded = exchange.room.count < exchange.starts.count
        if isCrowded { exchange.makeRoom(retire(broken).map(\.last)) } else { leaveForLater(broken) }
        freePorts(&exchange)
        draft.join(exchange.owed, before: marks.starts)
        leaveForLater(Array(exchange.serving) + stopped)
    }

    /// Runs the exchange, with ports given up as late as the service that needs them allows: when there is room for a
    /// new replica beside the old one, the new one gets ready first.
    private mutating func freePorts(_ exchange: inout Exchange) {
        let hasRoom = !exchange.room.isEmpty && !exchange.starts.isEmpty
        let freed = retire(holders, isOpening: false)
        exchange.makeRoom(freed.map(\.last))
        let first = marks.ready.count
        run(&exchange)
        guard hasRoom, first < marks.ready.count else { return }
        for (holder, chain) in zip(holders, freed) where blockers.patient.contains(holder.id) {
            draft.wait(chain.first, for: [marks.ready[first]])
        }
    }

    /// It serves or could: not to be given up before another one serves.
    private func isUseful(_ replica: ObservedReplica) -> Bool { replica.state == .running && replica.ready }

    private mutating func run(_ exchange: inout Exchange) {
        while !exchange.starts.isEmpty {
            let arriving = exchange.takeStarts()
            exchange.gain(bringUp(arriving).compactMap { $0 })
            guard !exchange.starts.isEmpty else { return }
            let leaving = exchange.takeRetirements()
            guard !leaving.isEmpty || !arriving.isEmpty else { return }
            let chains = retire(leaving.map(\.replica), substitutes: leaving.map(\.substitute))
            draft.join(readmissions, before: chains.map(\.first))
            exchange.makeRoom(chains.map(\.last))
        }
    }

    private func starts() -> [BringUp] {
        let accounts = desired.template.accounts != nil
        let again = roster.sleepers.map { replica in
            BringUp(
                id: replica.id,
                start: "\(replica.id) is stopped",
                ready: causes.ready(replica.id, isNew: true),
                reconfigure: accounts ? causes.reconfigure(nil, desired) : nil,
                admit: isRouted ? causes.admit(nil, replica.id, edgeStarts: false) : nil
            )
        }
        let fresh = zip(roster.fresh, causes.start(desired, roster)).map { number, cause in
            let id = ReplicaID(desired.name, number)
            return BringUp(
                id: id,
                start: cause,
                ready: causes.ready(id, isNew: true),
                reconfigure: accounts ? causes.reconfigure(nil, desired) : nil,
                admit: isRouted ? causes.admit(nil, id, edgeStarts: false) : nil
            )
        }
        return again + fresh
    }
}

// MARK: - Writing steps

extension ServiceUpdate {
    /// Writes what each replica of a wave needs, kind by kind. Returns the last step of each, nil where it needs none.
    private mutating func bringUp(
        _ wave: [BringUp],
        behind removals: [PlanDraft.Ref] = [],
        opens: Bool = true,
        readmitting: Bool = false
    ) -> [PlanDraft.Ref?] {
        let rollout = desired.service.rollout
        var last = wave.map(\.room)
        var ready = [PlanDraft.Ref?](repeating: nil, count: wave.count)
        var begun: [PlanDraft.Ref] = []
        for (index, item) in wave.enumerated() {
            guard let cause = item.start else { continue }
            let step = add(
                .startReplica(item.id, revision: desired.revision),
                cause,
                &last[index],
                opens: opens
            )
            begun.append(step)
            marks.started.append(item.id)
        }
        draft.join(removals, before: begun)
        marks.starts += begun
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

    /// Adds a step behind the last one of its replica and becomes the last one itself.
    private mutating func add(
        _ action: Action,
        _ cause: String,
        _ last: inout PlanDraft.Ref?,
        opens: Bool = true
    ) -> PlanDraft.Ref {
        let step = draft.add(action, because: cause, after: last)
        if opens, last == nil { marks.opening.append(step) }
        last = step
        return step
    }

    /// Old replicas that serve go on serving when their edge comes back.
    private mutating func readmit(_ replicas: [ObservedReplica]) {
        let wave = replicas.map { replica in
            BringUp(id: replica.id, admit: causes.admit(replica, replica.id, edgeStarts: true))
        }
        _ = bringUp(wave, readmitting: true)
    }

    private mutating func retire(
        _ replicas: [ObservedReplica],
        substitutes: [PlanDraft.Ref?]? = nil,
        isOpening: Bool = true
    ) -> [Chain] {
        let wave = replicas.enumerated().map { index, replica in
            Retirement(
                replica,
                causes.retire(replica, of: desired),
                drain: desired.service.rollout.drain,
                substitute: substitutes?[index]
            )
        }
        let chains = draft.retire(wave)
        for (item, chain) in zip(wave, chains) {
            if isOpening, item.substitute == nil { marks.opening.append(chain.first) }
            if blockers.holders.contains(item.replica.id) { marks.freed[item.replica.id] = chain.last }
        }
        return chains
    }

    private mutating func leaveForLater(_ replicas: [ObservedReplica]) {
        marks.late += replicas.map {
            Retirement($0, causes.retire($0, of: desired), drain: desired.service.rollout.drain)
        }
    }
}
