import Basics
import Interfaces
import StackModel

/// Gives one server traffic: in memory without traffic first, on disk once HAProxy's own check succeeded, then ready.
struct HAProxyAdmission: Sendable {
    let server: EdgeBackend
    let place: HAProxyDirectory
    let changes: EdgeChanges

    func run(deadline: TimeSpan) async throws(ReportableError) {
        let isAdmitted = try await changes.take { () throws(ReportableError) in try begin() }
        guard !isAdmitted else { return }
        do {
            let end = ContinuousClock.now + deadline.duration
            repeat {
                try await waitForProbe(until: end, deadline)
            } while try await !changes.take { () throws(ReportableError) in try finish() }
        } catch {
            throw await takenBack(after: error)
        }
    }

    /// Makes sure that HAProxy knows the server and checks it. True when nothing is left to do.
    private func begin() throws(ReportableError) -> Bool {
        guard place.runtime.worker.isListening() else {
            throw ReportableError(
                .engineFailed,
                "cannot send traffic to \(server.replica): the edge is not running in \(place.path)"
            )
        }
        guard let words = try place.accepted().serverWords(of: server.replica.service) else {
            throw ReportableError(
                .notFound,
                "the running edge has no route to \(server.replica.service)",
                hint: "Add a route to \(server.replica.service) to the edge and deploy again."
            )
        }
        let known = try place.runtime.server(server.replica)
        if let known, known.address == server.address, !known.isInMaintenance {
            guard known.isReady, known.isProbed else { return false }
            if try !place.servers().contains(server) { try list() }
            return true
        }
        // Left over from an attempt that was cut short, or from a replica that had the number before.
        if known != nil { try place.runtime.remove(server.replica) }
        try place.runtime.add(server, words: words)
        return false
    }

    private func waitForProbe(until end: ContinuousClock.Instant, _ deadline: TimeSpan) async throws(ReportableError) {
        while true {
            let known = try await changes.take { () throws(ReportableError) in
                try place.runtime.server(server.replica)
            }
            if known?.isProbed == true { return }
            guard ContinuousClock.now < end else {
                throw ReportableError(
                    .replicaFailed,
                    "the edge's own probe of \(server.replica) at \(server.address) did not succeed within \(deadline)",
                    details: ["last probe: \(known?.checkWords ?? "none, for the edge does not know it")"]
                )
            }
            // A reload in between: the new worker knows only the servers on the list.
            if known == nil { _ = try await changes.take { () throws(ReportableError) in try begin() } }
            try await HAProxyEdge.pause()
        }
    }

    /// Disk before traffic: if HAProxy dies in between, it comes back with the server and probes it first.
    /// False when a reload since the probe has brought a worker that does not know the server yet.
    private func finish() throws(ReportableError) -> Bool {
        guard try place.runtime.server(server.replica)?.isProbed == true else { return false }
        try list()
        try place.runtime.vouch(for: server.replica)
        try place.runtime.set(server.replica, .ready)
        return true
    }

    private func list() throws(ReportableError) {
        let others = try place.servers().filter { $0.replica != server.replica }
        try place.save(others + [server], in: try place.accepted())
    }

    /// Off the list and out of memory; an edge that stopped running needs only the first. The error to report, which
    /// says so if that was not possible either.
    private func takenBack(after error: ReportableError) async -> ReportableError {
        do {
            try await changes.take { () throws(ReportableError) in
                let listed = try place.servers()
                let others = listed.filter { $0.replica != server.replica }
                if others.count != listed.count { try place.save(others, in: try place.accepted()) }
                if place.runtime.worker.isListening() { try place.runtime.remove(server.replica) }
            }
            return error
        } catch let failure {
            let remains = ["\(server.replica) could not be taken off the edge again: \(failure.message)"]
            return ReportableError(error.code, error.message, hint: error.hint, details: error.details + remains)
        }
    }
}
