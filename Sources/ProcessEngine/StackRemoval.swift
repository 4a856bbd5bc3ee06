import Basics
import Glibc
import Interfaces
import StackModel

/// Takes away what only an empty stack leaves behind, and data when it is told to.
struct StackRemoval: Sendable {
    let engine: ProcessEngine
    let stack: StackFolder

    /// Destroys the data of a service, and what restorations left beside it. Throws `needsDecision` while a replica of it is there.
    func removeVolume(_ service: ServiceName) async throws(ReportableError) {
        try checkUnused(service)
        let (volume, doomed) = (stack.volume(service), "\(stack.volumes)/.gone-\(service)")
        let beside = stack.beside(service)
        try await offPool { () throws(ReportableError) in
            try Disk.remove(tree: doomed)
            try Disk.remove(tree: beside)
            rmdir(Disk.parent(of: beside))
            guard Disk.exists(volume) else { return }
            try Disk.move(volume, to: doomed)
            try Disk.remove(tree: doomed)
        }
    }

    /// Removes everything but data directories; while there are some, ports and users stay theirs, and the stored
    /// sources and the logs stay beside them, so that an earlier release can be gone back to and asked about.
    /// Throws `needsDecision` while a replica is there.
    func removeStack() async throws(ReportableError) {
        if let replica = stack.replicaIDs.first {
            throw ReportableError(
                .needsDecision,
                "\(stack.stack) still has the replica \(replica)",
                hint: "Run `slipway down` again."
            )
        }
        let stack = stack
        let keepsData = try await offPool { () throws(ReportableError) -> Bool in
            // What was prepared or replaced is data, too; a record of it is none.
            let keepsData =
                Disk.list(stack.volumes).contains { ServiceName($0) != nil }
                || Disk.list(stack.beside).contains { service in
                    let folder = "\(stack.beside)/\(service)"
                    return Disk.list(folder).contains { Disk.isDirectory("\(folder)/\($0)") }
                }
            let kept = keepsData ? [stack.volumes, stack.sources, stack.logs] : []
            for path in Disk.list(stack.path).map({ "\(stack.path)/\($0)" }) where !kept.contains(path) {
                try Disk.remove(tree: path)
            }
            // Both only go when they are empty; another environment may live beside.
            rmdir(stack.path)
            rmdir(Disk.parent(of: stack.path))
            return keepsData
        }
        guard !keepsData, Disk.isDirectory(engine.home) else { return }
        try await engine.allotments.change { (book) throws(ReportableError) in book.remove(stack.stack) }
    }

    /// Throws `needsDecision` while a replica uses the data of the service.
    func checkUnused(_ service: ServiceName) throws(ReportableError) {
        guard let user = stack.replicaIDs.first(where: { $0.service == service && isAlive($0) }) else { return }
        throw ReportableError(
            .needsDecision,
            "the data of \(service) is in use by \(user)",
            hint: "Stop the service first."
        )
    }

    private func isAlive(_ id: ReplicaID) -> Bool {
        let folder = stack.replica(id)
        return engine.supervisor(of: folder).isAlive
            || !ReplicaProcesses(folder: folder, mounts: engine.mounts).all.isEmpty
    }
}
