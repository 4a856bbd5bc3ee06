import Basics
import Interfaces
import StackModel

/// Takes traffic away from one server: off the list and draining at once, deleted when nothing is in flight.
///
/// The list comes first: an edge that dies and restarts while it drains must not send new traffic again.
struct HAProxyWithdrawal: Sendable {
    /// A request is assigned to a server a moment before it is counted, so nothing in flight must be seen twice.
    static let quietLooks = 2

    let replica: ReplicaID
    let place: HAProxyDirectory
    let changes: EdgeChanges

    /// The number of requests that were cut.
    func run(deadline: TimeSpan) async throws(ReportableError) -> Int {
        let end = ContinuousClock.now + deadline.duration
        guard try await changes.take({ () throws(ReportableError) in try begin() }) else { return 0 }
        try await waitUntilQuiet(until: end)
        return try await changes.take { () throws(ReportableError) in try finish() }
    }

    /// False when nothing is left to do.
    private func begin() throws(ReportableError) -> Bool {
        let listed = try place.servers()
        let others = listed.filter { $0.replica != replica }
        if others.count != listed.count { try place.save(others, in: try place.accepted()) }
        guard place.runtime.worker.isListening() else { return false }
        guard try place.runtime.server(replica) != nil else { return try inFlight() > 0 }
        do {
            try stopTraffic()
        } catch {
            if others.count != listed.count { try place.save(listed, in: try place.accepted()) }
            throw error
        }
        return true
    }

    private func stopTraffic() throws(ReportableError) {
        guard let server = try place.runtime.server(replica), server.isReady else { return }
        try place.runtime.set(replica, .drain)
    }

    private func waitUntilQuiet(until end: ContinuousClock.Instant) async throws(ReportableError) {
        var quiet = 0
        while quiet < Self.quietLooks, ContinuousClock.now < end {
            let count = try await changes.take { () throws(ReportableError) in
                try stopTraffic()
                return try inFlight()
            }
            quiet = count == 0 ? quiet + 1 : 0
            if quiet < Self.quietLooks { try await HAProxyEdge.pause() }
        }
    }

    /// Maintenance first, so that the number counted is the number cut.
    private func finish() throws(ReportableError) -> Int {
        if try place.runtime.server(replica) != nil { try place.runtime.set(replica, .maintenance) }
        let cut = try inFlight()
        try place.runtime.remove(replica)
        return cut
    }

    /// With what workers from before a reload still have.
    private func inFlight() throws(ReportableError) -> Int {
        let leftOver = try place.runtime.inFlightOfOldWorkers()["\(replica.service)/\(replica)", default: 0]
        return leftOver + (try place.runtime.server(replica)?.inFlight ?? 0)
    }
}
