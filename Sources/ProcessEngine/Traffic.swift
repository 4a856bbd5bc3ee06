import Basics
import Interfaces
import StackModel

/// Gives traffic to a replica and takes it away, at every edge of its stack that runs.
struct Traffic: Sendable {
    let engine: ProcessEngine
    let folder: ReplicaFolder

    /// How long an edge may take to see for itself that a ready replica is ready: three of its probes, and this.
    private static let admissionDeadline = TimeSpan.seconds(15)

    /// Throws `notFound` when no running edge routes to the service, and what an edge throws that refuses it.
    func admit() async throws(ReportableError) {
        guard let record = ReplicaRecord.load(folder), let port = record.port else {
            throw ReportableError(.notFound, "\(folder.id) has no port to send traffic to")
        }
        let backend = EdgeBackend(replica: folder.id, address: Address(host: "127.0.0.1", port: port))
        let deadline = TimeSpan(
            milliseconds: Self.admissionDeadline.milliseconds + 3 * record.probeTiming.timeout.milliseconds
        )
        var admitted = false
        for edge in edges {
            do throws(ReportableError) {
                try await engine.edge.admit(backend, at: edge.work, deadline: deadline)
                admitted = true
            } catch {
                // An edge of the stack that routes elsewhere has no place for it.
                guard error.code == .notFound else { throw error }
            }
        }
        guard !admitted else { return }
        throw ReportableError(.notFound, "no running edge of \(folder.stack.stack) routes to \(folder.id.service)")
    }

    /// Returns the number of requests that were cut at the deadline. Nothing to do where it gets no traffic.
    func drain(deadline: TimeSpan) async throws(ReportableError) -> Int {
        var cut = 0
        for edge in edges {
            do throws(ReportableError) {
                cut += try await engine.edge.withdraw(folder.id, at: edge.work, deadline: deadline)
            } catch {
                guard error.code == .notFound else { throw error }
            }
        }
        return cut
    }

    private var edges: [ReplicaFolder] {
        folder.stack.replicaIDs.map { folder.stack.replica($0) }.filter { replica in
            ReplicaRecord.load(replica)?.kind == "edge" && !Disk.exists(replica.down)
                && ReplicaProcesses.main(of: replica, mounts: engine.mounts) != nil
        }
    }
}
