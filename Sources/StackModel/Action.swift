import Basics

/// One thing an engine can be asked to do. Each is a single call on the engine and safe to ask for again.
package enum Action: Hashable, Sendable {
    /// Copy a source directory into the content store.
    case storeSource(ServiceName, Digest)
    /// Make the data directory of a service, once.
    case prepareVolume(ServiceName)
    case startReplica(ReplicaID, revision: Digest)
    /// Wait until it has been ready for `healthyFor` without a break, at most until `deadline`.
    case awaitReady(ReplicaID, healthyFor: TimeSpan, deadline: TimeSpan)
    /// Make a running replica take up its changed files or accounts.
    case reconfigure(ReplicaID, configuration: Digest)
    /// Give it traffic once the edge itself has probed it.
    case admit(ReplicaID)
    /// Give it no new traffic; done when no request is in flight or `deadline` has passed.
    case drain(ReplicaID, deadline: TimeSpan)
    case stopReplica(ReplicaID)
    /// Remove a stopped replica; its logs stay.
    case removeReplica(ReplicaID)
    /// See that every one of them still runs, ready and without a restart, for `healthyFor`. The pivot of a deploy.
    case confirm([ReplicaID], healthyFor: TimeSpan)
    /// Let the data of a restoration take the place of the live data, which is kept in its stead. The service is
    /// stopped.
    case swapIn(ServiceName, RestorationName)
    /// Let the data from before a restoration take its old place again.
    case swapOut(ServiceName, RestorationName)
    /// Destroy the data of a service.
    case removeVolume(ServiceName)
    /// Remove what only an empty stack leaves behind: allotted ports and users, stored sources, logs. While there is
    /// data, these stay with it.
    case removeStack

    package var replica: ReplicaID? {
        switch self {
        case .startReplica(let id, _), .awaitReady(let id, _, _), .reconfigure(let id, _), .admit(let id),
            .drain(let id, _), .stopReplica(let id), .removeReplica(let id):
            id
        case .storeSource, .prepareVolume, .confirm, .swapIn, .swapOut, .removeVolume, .removeStack: nil
        }
    }

    package var service: ServiceName? {
        switch self {
        case .storeSource(let service, _), .prepareVolume(let service), .swapIn(let service, _),
            .swapOut(let service, _), .removeVolume(let service):
            service
        default: replica?.service
        }
    }

    /// The line of a plan.
    package var summary: String {
        switch self {
        case .storeSource(let service, let digest): "store the source of \(service) (\(digest.short))"
        case .prepareVolume(let service): "prepare the data directory of \(service)"
        case .startReplica(let id, let revision): "start \(id) (revision \(revision.short))"
        case .awaitReady(let id, let healthyFor, let deadline):
            "wait until \(id) is ready for \(healthyFor), at most \(deadline)"
        case .reconfigure(let id, _): "reconfigure \(id) in place"
        case .admit(let id): "send traffic to \(id)"
        case .drain(let id, let deadline): "drain \(id), at most \(deadline)"
        case .stopReplica(let id): "stop \(id)"
        case .removeReplica(let id): "remove \(id)"
        case .confirm(let ids, let healthyFor):
            "confirm \(ids.map(\.description).joined(separator: ", ")) for \(healthyFor)"
        case .swapIn(let service, let name): "put the data \(name) of \(service) in place of the live data"
        case .swapOut(let service, let name): "put the data of \(service) from before \(name) back in place"
        case .removeVolume(let service): "DESTROY THE DATA of \(service)"
        case .removeStack: "remove what is left of the stack"
        }
    }

    /// What a crash in the middle of it means for the next run.
    package var effectClass: EffectClass {
        switch self {
        case .awaitReady, .confirm: .read
        case .storeSource, .reconfigure, .admit, .drain, .stopReplica, .removeReplica, .swapIn, .swapOut, .removeStack:
            .idempotent
        case .prepareVolume, .startReplica: .keyed
        case .removeVolume: .atMostOnce
        }
    }
}

package enum EffectClass: String, Hashable, Sendable, Codable {
    /// Changes nothing.
    case read
    /// Doing it again is the same as doing it once.
    case idempotent
    /// The engine finds what an earlier attempt made by its key, and goes on from there.
    case keyed
    /// Never repeated by itself: in doubt a person decides.
    case atMostOnce
}
