import StackModel

/// Decides in which order the replicas of one service come and go on its way to a release. What they have to wait for
/// in other services, and what may go only at the very end, is left to the caller, who finds the places in
/// `steps.marks`.
struct ServiceUpdate {
    let desired: DesiredService
    let roster: ReplicaRoster
    let bounds: RolloutBounds
    let causes: Causes
    /// Requests reach it through an edge.
    let isRouted: Bool
    /// That edge is started by this plan, and knows nobody then.
    let edgeStarts: Bool

    private(set) var steps: ServiceSteps
    /// Replicas that go but hold a port another service needs: they can't stay to the end.
    private let holders: [ObservedReplica]
    /// All others that go.
    private let retired: [ObservedReplica]
    private let patience: [ReplicaID: PortBlockers.Patience]

    init(
        _ desired: DesiredService,
        _ roster: ReplicaRoster,
        _ causes: Causes,
        isRouted: Bool,
        edgeStarts: Bool,
        blockers: PortBlockers,
        draft: consuming PlanDraft
    ) {
        let holders = roster.retired.filter { blockers.heirs[$0.id] != nil }
        self.desired = desired
        self.roster = roster
        // What can't wait for its successor leaves an edge no way to be on two ports at once.
        let canWait = holders.allSatisfy { blockers.patience[$0.id] == .untilServed }
        self.bounds = RolloutBounds(desired, replacing: canWait ? roster.retired : nil)
        self.causes = causes
        self.isRouted = isRouted
        self.edgeStarts = edgeStarts
        self.holders = holders
        self.retired = roster.retired.filter { blockers.heirs[$0.id] == nil }
        self.patience = blockers.patience
        self.steps = ServiceSteps(desired, causes, heirs: blockers.heirs, draft: draft)
    }

    mutating func write() {
        let gains = bringUpKept()
        if bounds.strategy == .recreate { recreate() } else { roll(gains) }
        if bounds.strategy == .blueGreen { steps.draft.join(steps.marks.ready, before: steps.switching) }
    }

    // MARK: - What stays

    /// Brings replicas that stay to where they belong. Returns the last step of each that did not serve before.
    private mutating func bringUpKept() -> [PlanDraft.Ref] {
        let serving = roster.kept.filter(serves)
        let waiting = roster.kept.filter { !serves($0) }
        steps.marks.isServing = roster.kept.contains { $0.ready && !roster.unproven.contains($0.id) }
        steps.marks.proven = roster.unproven.sorted()
        steps.bringUp(serving.map(keep), readmitting: true)
        return steps.bringUp(waiting.map(keep)).compactMap { $0 }
    }

    private func serves(_ replica: ObservedReplica) -> Bool {
        replica.state == .running && replica.ready && !roster.unproven.contains(replica.id)
            && (!isRouted || replica.traffic == .admitted)
    }

    private func keep(_ replica: ObservedReplica) -> BringUp {
        let id = replica.id
        let admit = isRouted && (edgeStarts || replica.traffic != .admitted)
        return BringUp(
            id: id,
            ready: doubt(about: replica),
            reconfigure: isReconfigured(replica) ? causes.reconfigure(replica, desired) : nil,
            admit: admit ? causes.admit(replica, id, edgeStarts: edgeStarts) : nil
        )
    }

    /// Why a replica that stays has to prove itself. Nil when it needs not.
    private func doubt(about replica: ObservedReplica) -> String? {
        if !replica.ready { return causes.ready(replica.id, isNew: false) }
        return roster.unproven.contains(replica.id) ? causes.unproven(replica.id) : nil
    }

    private func isReconfigured(_ replica: ObservedReplica) -> Bool {
        guard !roster.isLeft else { return false }
        return replica.configuration != desired.configuration || causes.purpose == .restart && desired.restartsInPlace
    }

    // MARK: - What goes and what comes

    /// All old replicas go, then all new ones start. What keeps data never has two writers, what has a fixed port
    /// never two listeners. A port that is needed is given up when what the service depends on is ready, or where
    /// that would wait for the one who needs the port, at once.
    private mutating func recreate() {
        let patient = holders.filter { patience[$0.id] != nil }
        let freed = steps.retire(holders.filter { patience[$0.id] == nil }, opens: false) + steps.retire(patient)
        guard roster.startCount > 0 || bounds.exclusion != nil else { return steps.leaveForLater(retired) }
        let removed = steps.retire(retired)
        steps.bringUp(starts(), behind: (freed + removed).map(\.last))
    }

    /// New replicas come as far as the surge goes, old ones go as far as enough others serve, in turn until all new
    /// ones are placed. Each start waits for one removal of its own and each removal for one proven replica of its
    /// own, so the bounds hold in whatever order independent steps run. The old ones that the surge has room for
    /// stay to the end.
    ///
    /// Where all may be away at once, nobody counts on the old ones, and nobody waits for them either.
    /// Replicas that serve nobody make room first when there is none, else they go last with the rest.
    private mutating func roll(_ gains: [PlanDraft.Ref]) {
        let awaited = holders.filter { isUseful($0) && patience[$0.id] == .untilServed }
        let useful = retired.filter(isUseful)
        let serving = awaited + useful.filter { $0.traffic != .admitted } + useful.filter { $0.traffic == .admitted }
        let broken = retired.filter { $0.state != .stopped && !isUseful($0) }
        let available = roster.kept.filter(serves).count + serving.count
        let floor = min(available, max(0, desired.service.replicas - bounds.unavailable))
        if floor > 0 {
            steps.marks.isServing = true
            readmit(serving.filter { isRouted && edgeStarts && $0.traffic == .admitted })
        }
        let existing = roster.kept.count + useful.count + broken.count + holders.count
        var exchange = Exchange(
            room: desired.service.replicas + bounds.surge - existing,
            spare: available - floor,
            gains: gains,
            starts: starts()[...],
            serving: serving[...]
        )
        let isCrowded = exchange.room.count < exchange.starts.count
        if isCrowded { exchange.makeRoom(steps.retire(broken).map(\.last)) } else { steps.leaveForLater(broken) }
        giveUpPorts(holders.filter { !awaited.contains($0) }, &exchange)
        giveUpRest(of: awaited, &exchange)
        steps.draft.join(exchange.owed, before: steps.marks.starts)
        steps.leaveForLater(Array(exchange.serving) + retired.filter { $0.state == .stopped })
    }

    /// Runs the exchange with holders of ports that can't stay until another replica serves. Where one can get ready
    /// beside them they wait for that at least, as far as they can.
    private mutating func giveUpPorts(_ holders: [ObservedReplica], _ exchange: inout Exchange) {
        let hasRoom = !exchange.room.isEmpty && !exchange.starts.isEmpty
        let kept = steps.marks.ready.first
        let freed = steps.retire(holders, opens: false)
        exchange.makeRoom(freed.map(\.last))
        run(&exchange)
        guard let successor = kept ?? (hasRoom ? steps.marks.ready.first : nil) else { return }
        for (holder, chain) in zip(holders, freed) where isUseful(holder) && patience[holder.id] != nil {
            steps.draft.wait(chain.first, for: [successor])
        }
    }

    /// Holders that all new replicas found room beside go as soon as one of those serves.
    private mutating func giveUpRest(of awaited: [ObservedReplica], _ exchange: inout Exchange) {
        retire(exchange.takeServing(awaited.count { exchange.serving.contains($0) }), &exchange)
    }

    /// It serves or could: not to be given up before another one serves.
    private func isUseful(_ replica: ObservedReplica) -> Bool { replica.state == .running && replica.ready }

    private mutating func run(_ exchange: inout Exchange) {
        while !exchange.starts.isEmpty {
            let arriving = exchange.takeStarts()
            exchange.gain(steps.bringUp(arriving).compactMap { $0 })
            guard !exchange.starts.isEmpty else { return }
            let leaving = exchange.takeRetirements()
            guard !leaving.isEmpty || !arriving.isEmpty else { return }
            retire(leaving, &exchange)
        }
    }

    private mutating func retire(_ leaving: [Exchange.Leaving], _ exchange: inout Exchange) {
        let chains = steps.retire(leaving.map(\.replica), substitutes: leaving.map(\.substitute))
        steps.draft.join(steps.readmissions, before: chains.map(\.first))
        exchange.makeRoom(chains.map(\.last))
    }

    /// Old replicas that serve go on serving when their edge comes back.
    private mutating func readmit(_ replicas: [ObservedReplica]) {
        let wave = replicas.map { replica in
            BringUp(id: replica.id, admit: causes.admit(replica, replica.id, edgeStarts: true))
        }
        steps.bringUp(wave, readmitting: true)
    }

    private func starts() -> [BringUp] {
        roster.sleepers.map { start($0.id, because: "\($0.id) is stopped") }
            + zip(roster.fresh, causes.start(desired, roster)).map { number, cause in
                start(ReplicaID(desired.name, number), because: cause)
            }
    }

    private func start(_ id: ReplicaID, because cause: String) -> BringUp {
        BringUp(
            id: id,
            start: cause,
            ready: causes.ready(id, isNew: true),
            reconfigure: desired.template.accounts != nil ? causes.reconfigure(nil, desired) : nil,
            admit: isRouted ? causes.admit(nil, id, edgeStarts: false) : nil
        )
    }
}
