import Basics
import Glibc
import StackModel

/// Source directories by the digest of their content. A stored one is never changed.
struct SourceStore: Sendable {
    let stack: StackFolder

    /// Nothing to do when it is stored. Throws `planStale` when the directory is no longer what was planned.
    func store(_ directory: String, as digest: Digest, of service: ServiceName) async throws(ReportableError) {
        let stack = stack
        try await offPool { () throws(ReportableError) in
            guard !Disk.isDirectory(stack.source(digest)) else { return }
            // Two services may have the same source, and store it at the same moment.
            let unfinished = "\(stack.sources)/.new-\(digest)-\(service)"
            try Disk.makeDirectory(stack.sources, mode: 0o755)
            try Disk.remove(tree: unfinished)
            let copied = try SourceTree(directory).copy(to: unfinished)
            guard copied == digest else {
                try Disk.remove(tree: unfinished)
                throw ReportableError(
                    .planStale,
                    "the source of \(service) changed since the plan was made: \(directory)",
                    hint: "Run the command again to plan with what is there now."
                )
            }
            do throws(ReportableError) {
                try Disk.move(unfinished, to: stack.source(digest))
            } catch {
                try Disk.remove(tree: unfinished)
                guard Disk.isDirectory(stack.source(digest)) else { throw error }
            }
        }
    }
}
