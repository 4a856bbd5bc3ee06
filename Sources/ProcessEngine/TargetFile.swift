import Basics
import StackModel

/// The list of a service's replicas that Prometheus reads (`file_sd_configs`). Readable by all; holds no secret.
struct TargetFile: Sendable {
    private struct Group: Encodable {
        let targets: [String]
        let labels: [String: String]
    }

    private let stack: StackFolder
    private let service: ServiceName

    init(_ stack: StackFolder, service: ServiceName) {
        self.stack = stack
        self.service = service
    }

    /// Writes the replicas that are wanted up, as they are on disk now. Replicas of one service start and stop in
    /// parallel: looking and writing are one, or the slower writer would put back an older list.
    func refresh() throws(ReportableError) {
        guard Disk.isDirectory(stack.targets) else { return }
        try FolderLock.holding(stack.targets) { () throws(ReportableError) in
            try Disk.write(CanonicalJSON.encode(groups), to: "\(stack.targets)/\(service).json", mode: 0o644)
        }
    }

    private var groups: [Group] {
        stack.replicaIDs.filter { $0.service == service }.compactMap { id in
            let folder = stack.replica(id)
            guard !Disk.exists(folder.down), let port = ReplicaRecord.load(folder)?.port else { return nil }
            return Group(
                targets: ["127.0.0.1:\(port)"],
                labels: ["service": service.text, "replica": id.description]
            )
        }
    }
}
