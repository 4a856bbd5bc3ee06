import Basics
import Interfaces
import StackModel

/// Says in one sentence why a replica does not serve, with its last log lines.
struct ReplicaFailure: Sendable {
    let folder: ReplicaFolder
    let record: ReplicaRecord
    let mounts: ControlGroupMounts

    /// The program ended.
    func ended(_ exit: ReplicaExit, after start: Instant) -> ReportableError {
        let time = start.elapsed(until: exit.at).spoken
        if exit.ranOutOfMemory, let limit = record.limits.memory {
            return error("was killed by the kernel after \(time): out of memory at its limit of \(limit)")
        }
        if let port = record.port, let holder = foreignHolder(of: port) {
            return error("\(exit.cause) after \(time), while \(Ports.taken(port, by: holder).message)")
        }
        return error("\(exit.cause) after \(time)" + LastWords(lastLines).clause)
    }

    func supervisorGone() -> ReportableError {
        error("has lost its supervisor")
    }

    func listensElsewhere(_ ports: [Int], expected: Int) -> ReportableError {
        let found = ports.map(String.init).joined(separator: ", ")
        return error("listens on port \(found) instead of \(expected)", hint: "Make it listen on ${port}.")
    }

    func portHeld(_ port: Int, by holder: ProcessEntry) -> ReportableError {
        error("cannot listen: " + Ports.taken(port, by: holder).message)
    }

    func unreadyAgain(_ reason: String, after span: TimeSpan) -> ReportableError {
        error("was ready for \(span.spoken) and then not any more: \(reason)")
    }

    func neverReady(_ reason: String, within deadline: TimeSpan) -> ReportableError {
        error("was not ready within \(deadline): \(reason)")
    }

    private func error(_ what: String, hint: String? = nil) -> ReportableError {
        ReportableError(
            .replicaFailed,
            "\(folder.id) \(what)",
            hint: hint,
            details: lastLines
        )
    }

    /// Those of this replica; the replica before it with the same number wrote into the same log.
    private var lastLines: [String] {
        LogFiles(folder).last(15).filter { $0.time >= record.createdAt }.map(\.text)
    }

    /// Somebody else who listens where this replica should.
    private func foreignHolder(of port: Int) -> ProcessEntry? {
        guard let holder = Ports.holder(of: port) else { return nil }
        let own = ReplicaProcesses(folder: folder, mounts: mounts).all
        return own.contains { $0.id == holder.id } ? nil : holder
    }
}
