import Basics
import StackModel

/// The words in which steps say why they are there.
struct Causes {
    let purpose: Plan.Purpose
    let release: Int
    let desired: DesiredStack

    /// Why replicas are started: first for those that take the place of a retired one, then for the missing ones.
    func start(_ desired: DesiredService, _ roster: ReplicaRoster) -> [String] {
        let wanted = desired.service.replicas
        let replaced = roster.retired.filter { !isSurplus($0, of: desired) }
        let missing = roster.fresh.count - replaced.count
        return roster.fresh.indices.map { index in
            if index < replaced.count {
                return "replaces \(trouble(replaced[index], desired, naming: true))"
            }
            if missing == wanted { return "\(desired.name) does not run yet" }
            return "\(missing) of \(wanted) replicas \(missing == 1 ? "is" : "are") missing"
        }
    }

    /// Why a replica goes.
    func retire(_ replica: ObservedReplica, of desired: DesiredService) -> String {
        if isSurplus(replica, of: desired) {
            let wanted = desired.service.replicas
            let verb = wanted == 1 ? "replica is" : "replicas are"
            return "\(wanted == 0 ? "no" : "\(wanted)") \(verb) wanted by release \(release)"
        }
        return trouble(replica, desired, naming: false)
    }

    func gone(_ service: ServiceName) -> String { "\(service) is not part of release \(release)" }

    /// Behind another cause: why a replica goes before everything is proven.
    func need(of heir: ServiceName?) -> String { heir.map { ", and \($0) needs its port" } ?? "" }

    func ready(_ id: ReplicaID, isNew: Bool) -> String {
        guard isNew else { return "\(id) runs but is not ready" }
        let dependants = desired.dependants(of: id.service)
        guard !dependants.isEmpty else { return "a started replica counts once it has proven ready" }
        return "\(id.service) must be ready before \(dependants.map(\.text).joined(separator: ", "))"
    }

    func unproven(_ id: ReplicaID) -> String { "\(id) was started by an operation that was cut short" }

    func reconfigure(_ replica: ObservedReplica?, _ desired: DesiredService) -> String {
        if purpose == .restart, desired.restartsInPlace {
            return "a restart was asked for, and \(desired.name) starts anew without closing its port"
        }
        guard let replica, replica.configuration != desired.configuration else {
            return "its accounts are made before anything uses them"
        }
        return
            "configuration \(replica.configuration.short) is not \(desired.configuration.short) of release \(release)"
    }

    func admit(_ replica: ObservedReplica?, _ id: ReplicaID, edgeStarts: Bool) -> String {
        if edgeStarts, replica?.traffic == .admitted { return "the edge is started anew" }
        return switch replica?.traffic {
        case .draining: "\(id) was being drained and is wanted again"
        case .none?: "\(id) gets no traffic yet"
        case .admitted, nil: "\(id) has proven ready"
        }
    }

    private func isSurplus(_ replica: ObservedReplica, of desired: DesiredService) -> Bool {
        purpose != .restart && replica.revision == desired.revision && replica.state != .failing
    }

    /// Why a replica can't stay; with its name in front where the sentence goes on from another one.
    private func trouble(_ replica: ObservedReplica, _ desired: DesiredService, naming: Bool) -> String {
        if purpose == .restart { return (naming ? "\(replica.id): " : "") + "a restart was asked for" }
        guard replica.revision == desired.revision else {
            return (naming ? "\(replica.id): " : "")
                + "revision \(replica.revision.short) is not \(desired.revision.short) of release \(release)"
        }
        return "\(replica.id)\(naming ? ", which" : "") is failing" + (replica.trouble.map { ": \($0)" } ?? "")
    }
}
