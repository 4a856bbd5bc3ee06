import Basics
import CLinux
import Interfaces
import StackModel

/// Lets two data directories of a service change places, in one instant, so that a crash leaves one or the other in
/// place and never none. Which of them is live is told by the record of what was prepared (`PreparedData`).
struct VolumeSwap: Sendable {
    let engine: ProcessEngine
    let stack: StackFolder
    let service: ServiceName

    /// Nothing to do when that data is live already. Throws `notFound` when it was never prepared, `needsDecision`
    /// while a replica runs on the live data and where the template would not find the data, `fileFailed`.
    func swapIn(_ name: RestorationName, for template: ReplicaTemplate) async throws(ReportableError) {
        let (live, beside) = (stack.volume(service), stack.beside(service, name))
        try await finishStops()
        try await offPool { () throws(ReportableError) in
            guard var record = PreparedRecord(stack, service, name).read() else { throw missing(name) }
            let replaced = FolderIdentity(of: live)
            guard replaced != record.directory else { return }
            guard FolderIdentity(of: beside) == record.directory else { throw missing(name) }
            try check(record, fits: template)
            try checkUnused()
            record.replaced = replaced
            try PreparedRecord(stack, service, name).write(record)
            try exchange(live, beside, isPair: replaced != nil)
        }
    }

    /// Nothing to do unless the data of that restoration is live. Where there was none before, none is live after it.
    /// Throws `notFound` when what was there before is gone.
    func swapOut(_ name: RestorationName) async throws(ReportableError) {
        let (live, beside) = (stack.volume(service), stack.beside(service, name))
        try await finishStops()
        try await offPool { () throws(ReportableError) in
            guard let record = PreparedRecord(stack, service, name).read(),
                FolderIdentity(of: live) == record.directory
            else { return }
            guard FolderIdentity(of: beside) == record.replaced else {
                throw ReportableError(
                    .notFound,
                    "the data that \(service) had before \(name) is not in \(beside) any more",
                    hint: "The live data was left as it is. Restore another set."
                )
            }
            try checkUnused()
            guard record.replaced != nil else {
                try Disk.move(live, to: beside)
                return Disk.sync(directory: Disk.parent(of: live))
            }
            try exchange(live, beside, isPair: true)
        }
    }

    /// A stop that a crash cut short may have left a supervisor, or a process that nobody sees any more.
    private func finishStops() async throws(ReportableError) {
        for id in stack.replicaIDs where id.service == service {
            let folder = stack.replica(id)
            guard Disk.exists(folder.down) else { continue }
            try await ReplicaStop(engine: engine, folder: folder).stop()
        }
    }

    private func missing(_ name: RestorationName) -> ReportableError {
        ReportableError(
            .notFound,
            "there is no data \(name) of \(service) to put in place",
            hint: "What lies beside the live data must be what was prepared under that name."
        )
    }

    /// A server that looks elsewhere would start empty, and serve that.
    private func check(_ record: PreparedData, fits template: ReplicaTemplate) throws(ReportableError) {
        guard template.kind == DataPlace.Server.redis.rawValue else { return }
        let layout = DataPlace.redisLayout(RedisSettings.read(from: template))
        let other = layout.keys.sorted().first { layout[$0] != record.layout[$0] }
        guard let other else { return }
        throw ReportableError(
            .needsDecision,
            "the data was prepared for a Redis with `\(other) \(record.layout[other] ?? "")`, and \(service) has "
                + "`\(other) \(layout[other] ?? "")` now",
            hint: "Restore again: the data is then laid as the server looks for it."
        )
    }

    private func checkUnused() throws(ReportableError) {
        try StackRemoval(engine: engine, stack: stack).checkUnused(service)
    }

    private func exchange(_ live: String, _ beside: String, isPair: Bool) throws(ReportableError) {
        if isPair {
            guard exchange_paths(live, beside) == 0 else {
                throw Disk.failure("exchange \(beside) and", live)
            }
        } else {
            try Disk.move(beside, to: live)
        }
        Disk.sync(directory: Disk.parent(of: live))
        Disk.sync(directory: Disk.parent(of: beside))
    }
}
