import Basics
import Interfaces
import StackModel

/// An edge that is HAProxy (2.6 or later), driven by its runtime sockets.
///
/// In the replica's directory: `edge.cfg` (rendered), `servers.json` (the list: the truth on disk), `haproxy.cfg`
/// (the last accepted `edge.cfg` with the servers of the list), `servers.state` (all of them unprobed, so that HAProxy
/// restarted by anyone at any time sends nothing before it has asked), `runtime.sock`, `master.sock`, and `peers.sock`
/// where it counts what clients send. HAProxy writes the sockets only; see `HAProxyDirectory`.
///
/// Calls may overlap; each change of disk and memory happens whole, one after the other.
package struct HAProxyEdge: EdgeControl {
    /// Between two looks at a server.
    static let lookInterval = Duration.milliseconds(20)

    let runner: any CommandRunner
    let queue = BlockingQueue("slipway.haproxy")
    let turns = EdgeTurns()

    /// - Parameter runner: runs `haproxy -c`.
    package init(runner: any CommandRunner) {
        self.runner = runner
    }

    package func prepare(at directory: String) async throws(ReportableError) {
        let place = HAProxyDirectory(path: directory)
        guard place.runtime.worker.path.utf8.count <= HAProxySocket.pathLimit else {
            throw ReportableError(
                .engineFailed,
                "the edge's directory is too deep for a socket: \(directory)",
                hint: "Use a SLIPWAY_HOME with a shorter path."
            )
        }
        try await changes(directory).take { () throws(ReportableError) in
            try place.save(try place.servers(), in: try place.proposed())
        }
    }

    package func isAnswering(at directory: String) async -> Bool {
        let runtime = HAProxyDirectory(path: directory).runtime
        do {
            return try await queue.run { () throws(ReportableError) in try runtime.workerProcess() != nil }
        } catch {
            return false
        }
    }

    package func servers(at directory: String) async throws(ReportableError) -> [EdgeServer] {
        let runtime = HAProxyDirectory(path: directory).runtime
        return try await queue.run { () throws(ReportableError) in
            let leftOver = try runtime.inFlightOfOldWorkers()
            return try runtime.servers().compactMap { server in
                server.replica.map {
                    EdgeServer(
                        replica: $0,
                        address: server.address,
                        traffic: server.traffic,
                        healthy: server.isProbed,
                        inFlight: server.inFlight + leftOver["\(server.backend)/\(server.name)", default: 0]
                    )
                }
            }.sorted { $0.replica < $1.replica }
        }
    }

    package func admit(
        _ server: EdgeBackend,
        at directory: String,
        deadline: TimeSpan
    ) async throws(ReportableError) {
        try await HAProxyAdmission(
            server: server,
            place: HAProxyDirectory(path: directory),
            changes: changes(directory)
        )
        .run(deadline: deadline)
    }

    package func withdraw(
        _ replica: ReplicaID,
        at directory: String,
        deadline: TimeSpan
    ) async throws(ReportableError) -> Int {
        try await HAProxyWithdrawal(
            replica: replica,
            place: HAProxyDirectory(path: directory),
            changes: changes(directory)
        )
        .run(deadline: deadline)
    }

    package func check(at directory: String) async throws(ReportableError) {
        let reload = HAProxyReload(place: HAProxyDirectory(path: directory), queue: queue, runner: runner)
        try await turns.take(at: directory) { () async throws(ReportableError) in try await reload.check() }
    }

    package func reload(at directory: String, processID: Int) async throws(ReportableError) {
        let reload = HAProxyReload(place: HAProxyDirectory(path: directory), queue: queue, runner: runner)
        try await turns.take(at: directory) { () async throws(ReportableError) in
            try await reload.run(master: processID)
        }
    }

    private func changes(_ directory: String) -> EdgeChanges {
        EdgeChanges(directory: directory, queue: queue, turns: turns)
    }

    /// Throws `interrupted` when the task is cancelled.
    static func pause() async throws(ReportableError) {
        do {
            try await Task.sleep(for: lookInterval)
        } catch {
            throw ReportableError(.interrupted, "stopped while waiting for the edge")
        }
    }
}
