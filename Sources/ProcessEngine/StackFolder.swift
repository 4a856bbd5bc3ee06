import Basics
import StackModel

/// Where everything of one stack lies below the engine's home.
///
///     stacks/<stack>/<environment>/
///         replicas/api-3/     what is supervised; root's, not the replica's
///             work/           the replica's own directory: rendered files, sockets
///         logs/api-3/         outlives the replica
///         sources/<digest>/   content-addressed
///         volumes/redis/      outlives everything but its own removal
///         volumes/api/uploads/  the same; all replicas of the app share it
///         volumes/.beside/redis/<restoration>/      prepared to take its place, or replaced by it
///         volumes/.beside/redis/<restoration>.json  which of the two
///         targets/api.json    for Prometheus
struct StackFolder: Hashable, Sendable {
    let stack: StackID
    let path: String

    init(_ stack: StackID, home: String) {
        self.stack = stack
        self.path = "\(home)/stacks/\(stack.stack)/\(stack.environment)"
    }

    var replicas: String { "\(path)/replicas" }
    var logs: String { "\(path)/logs" }
    var sources: String { "\(path)/sources" }
    var volumes: String { "\(path)/volumes" }
    var targets: String { "\(path)/targets" }

    func replica(_ id: ReplicaID) -> ReplicaFolder { ReplicaFolder(id: id, stack: self) }
    func source(_ digest: Digest) -> String { "\(sources)/\(digest)" }
    func volume(_ service: ServiceName) -> String { "\(volumes)/\(service)" }
    var beside: String { "\(volumes)/.beside" }
    func beside(_ service: ServiceName) -> String { "\(beside)/\(service)" }
    func beside(_ service: ServiceName, _ name: RestorationName) -> String { "\(beside(service))/\(name)" }
    func volume(_ service: ServiceName, _ name: VolumeName) -> String { "\(volume(service))/\(name)" }

    /// The replicas there are directories for. Unfinished ones begin with a dot and do not count.
    var replicaIDs: [ReplicaID] { Disk.list(replicas).compactMap { ReplicaID($0) }.sorted() }
}

/// Where one replica lies.
struct ReplicaFolder: Hashable, Sendable {
    let id: ReplicaID
    let stack: StackFolder

    var path: String { "\(stack.replicas)/\(id)" }
    /// Under this name it is made, so that a crash leaves no half replica.
    var unfinished: String { "\(stack.replicas)/.new-\(id)" }
    var logger: String { "\(path)/log" }
    var record: String { "\(path)/replica.json" }
    var exits: String { "\(path)/exits" }
    /// While it is there the replica is wanted down; a start renames it to `started`.
    var down: String { "\(path)/down" }
    var started: String { "\(path)/started" }
    var environment: String { "\(path)/environment" }
    /// The only place here that the replica may write to. The files of an edge in it are root's all the same.
    var work: String { "\(path)/work" }
    var logs: String { "\(stack.logs)/\(id)" }
    /// The variable that every process of the replica is born with, and that tells it from all others.
    var mark: String { "\(Self.markName)=\(work)" }
    static let markName = "SLIPWAY_DIRECTORY"

    var exists: Bool { Disk.isDirectory(path) }
}
