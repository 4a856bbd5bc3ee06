import Basics
import StackModel

/// What a replica still needs before it serves: any of start, proof of readiness, reconfiguration and traffic, in this
/// order. A part is its cause in words; nil where it is not needed.
struct BringUp {
    let id: ReplicaID
    var start: String?
    var ready: String?
    var reconfigure: String?
    var admit: String?
    /// The step that makes room for it.
    var room: PlanDraft.Ref?
}

/// A replica that goes, and the step that makes it dispensable.
struct Retirement {
    let replica: ObservedReplica
    let cause: String
    let drain: TimeSpan
    /// It gets traffic when its time comes, whatever it got when it was observed.
    var getsTraffic: Bool
    var substitute: PlanDraft.Ref?

    init(_ replica: ObservedReplica, _ cause: String, drain: TimeSpan, substitute: PlanDraft.Ref? = nil) {
        self.replica = replica
        self.cause = cause
        self.drain = drain
        self.getsTraffic = replica.traffic != .none
        self.substitute = substitute
    }
}

/// The first and the last step of what was written for one replica.
struct Chain {
    let first: PlanDraft.Ref
    let last: PlanDraft.Ref
}

extension PlanDraft {
    /// Writes drain, stop and remove for several replicas, kind by kind so that the list reads well.
    /// What is stopped already, or gets no traffic, needs less.
    mutating func retire(_ wave: [Retirement], removing: Bool = true, stopping: Bool = true) -> [Chain] {
        var first = [Ref?](repeating: nil, count: wave.count)
        var last = wave.map(\.substitute)
        func note(_ index: Int, _ ref: Ref) {
            first[index] = first[index] ?? ref
            last[index] = ref
        }
        for (index, item) in wave.enumerated() where item.getsTraffic {
            let action = Action.drain(item.replica.id, deadline: item.drain)
            note(index, add(action, because: item.cause, after: last[index]))
        }
        for (index, item) in wave.enumerated() where stopping && item.replica.state != .stopped {
            note(index, add(.stopReplica(item.replica.id), because: item.cause, after: last[index]))
        }
        for (index, item) in wave.enumerated() where removing {
            note(index, add(.removeReplica(item.replica.id), because: item.cause, after: last[index]))
        }
        return zip(first, last).compactMap { first, last in
            guard let first, let last else { return nil }
            return Chain(first: first, last: last)
        }
    }
}
