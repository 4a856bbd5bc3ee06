import Basics
import Interfaces
import StackModel

/// What a fake engine knows and remembers; one action at a time happens to it.
struct FakeMachines: Sendable {
    var worlds: [StackID: SimulatedWorld] = [:]
    var faults: [Fault] = []
    var performed: [Action] = []
    var opened: [SecretName] = []
    var ran: [String] = []
    /// How many actions had been performed when each replica was started.
    var starts: [ReplicaID: Int] = [:]
    var calls = 0
    var isDead = false
    var inFlight = 0
    var mostInFlight = 0

    mutating func perform(_ action: Action, _ inputs: StepInputs) throws(ReportableError) {
        guard !isDead else { throw FakeEngine.crash }
        calls += 1
        let moment = crashMoment
        if moment == .before || moment == .during {
            isDead = true
            if moment == .during { worlds[inputs.stack]?.doHalf(of: action) }
            throw FakeEngine.crash
        }
        try failIfWanted(action)
        try rejectUnready(action, worlds[inputs.stack])
        try worlds[inputs.stack, default: SimulatedWorld()]
            .apply(action, template: inputs.template, release: inputs.release)
        performed.append(action)
        if case .startReplica(let id, _) = action { starts[id] = performed.count }
        letReplicasDie(in: inputs.stack)
        guard moment == .after else { return }
        isDead = true
        throw FakeEngine.crash
    }

    private var crashMoment: Fault.Moment? {
        for case .crashes(let number, let moment) in faults where number == calls { return moment }
        return nil
    }

    private mutating func failIfWanted(_ action: Action) throws(ReportableError) {
        for (index, fault) in faults.enumerated() {
            guard case .fails(let matches, let error, let times) = fault, times > 0, matches(action) else { continue }
            faults[index] = .fails(matches, error, times: times - 1)
            throw error
        }
    }

    private func rejectUnready(_ action: Action, _ world: SimulatedWorld?) throws(ReportableError) {
        guard case .awaitReady(let id, _, let deadline) = action, let replica = world?.replicas[id] else { return }
        for case .neverReady(let matches) in faults where matches(replica) {
            throw ReportableError(
                .replicaFailed,
                "\(id) was not ready within \(deadline)",
                details: ["\(id): still warming up"]
            )
        }
    }

    private mutating func letReplicasDie(in stack: StackID) {
        for case .dies(let matches, let limit, let trouble) in faults {
            for replica in worlds[stack]?.observation.replicas ?? [] where matches(replica) {
                guard let start = starts[replica.id], performed.count - start >= limit else { continue }
                worlds[stack]?.die(replica.id, trouble)
                starts[replica.id] = nil
            }
        }
    }
}

extension SimulatedWorld {
    /// A replica dies by itself and is not started again.
    mutating func die(_ id: ReplicaID, _ trouble: String) {
        guard replicas[id]?.state == .running else { return }
        replicas[id]?.state = .failing
        replicas[id]?.ready = false
        replicas[id]?.trouble = trouble
    }

    fileprivate mutating func doHalf(of action: Action) {
        guard case .drain(let id, _) = action, replicas[id]?.traffic == .admitted else { return }
        replicas[id]?.traffic = .draining
    }
}
