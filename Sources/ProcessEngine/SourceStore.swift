import Basics
import Glibc
import Interfaces
import StackModel

/// Source directories by the digest of their content. A stored one is never changed.
///
/// A copy is open to the group of the service that stored it and closed to everyone else on the machine: what only
/// its author could read must not become public by being deployed. Replicas that run from it join that group.
struct SourceStore: Sendable {
    let stack: StackFolder

    /// Nothing to do when it is stored. Returns the files that only their owner could read, now that they are copied.
    /// Throws `planStale` when the directory is no longer what was planned.
    /// - Parameter group: who may read the copy; nil without root, where it is the caller's alone.
    func store(
        _ directory: String,
        as digest: Digest,
        of service: ServiceName,
        for group: UInt32?
    ) async throws(ReportableError) -> [String] {
        let stack = stack
        return try await offPool { () throws(ReportableError) in
            guard !Disk.isDirectory(stack.source(digest)) else { return [] }
            // Two services may have the same source, and store it at the same moment.
            let unfinished = "\(stack.sources)/.new-\(digest)-\(service)"
            // Replicas pass through it; the names in it are nobody else's business.
            try Disk.makeDirectory(stack.sources, mode: 0o711)
            try Disk.remove(tree: unfinished)
            do throws(ReportableError) {
                let tree = try SourceTree(directory)
                guard try tree.copy(to: unfinished) == digest else { throw Self.changed(directory, service) }
                try Self.close(unfinished, to: group)
                try Disk.move(unfinished, to: stack.source(digest))
                return tree.privateFiles
            } catch {
                // Half a copy may be all that fills the disk. What the copy failed of is the news, not this.
                try? Disk.remove(tree: unfinished)
                guard Disk.isDirectory(stack.source(digest)) else { throw error }
                return []
            }
        }
    }

    /// The group that may read a stored source and has to be joined for that; nil where everyone may.
    static func readers(of source: String) -> UInt32? {
        var status = stat()
        guard geteuid() == 0, lstat(source, &status) == 0, status.st_mode & 0o001 == 0 else { return nil }
        return status.st_gid == 0 ? nil : status.st_gid
    }

    private static func close(_ source: String, to group: UInt32?) throws(ReportableError) {
        if let group, lchown(source, 0, group) != 0 { throw Disk.failure("change the group of", source) }
        guard chmod(source, group == nil ? 0o700 : 0o750) == 0 else { throw Disk.failure("set the mode of", source) }
    }

    private static func changed(_ directory: String, _ service: ServiceName) -> ReportableError {
        ReportableError(
            .planStale,
            "the source of \(service) changed since the plan was made: \(directory)",
            hint: "Run the command again to plan with what is there now."
        )
    }
}
