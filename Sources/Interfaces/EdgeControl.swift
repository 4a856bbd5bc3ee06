import Basics
import StackModel

/// Drives a running edge through its runtime interface. State in memory and state on disk are always the same:
/// a change that could not be written to disk is taken back.
///
/// `directory` is the edge replica's own directory, where its configuration, socket and server list live.
package protocol EdgeControl: Sendable {
    /// Completes the files a template wrote into the directory, so that the edge can start from them: servers already
    /// on the list begin unprobed and get no traffic before the edge's own probe succeeded.
    func prepare(at directory: String) async throws(ReportableError)

    /// True when the edge's runtime interface answers.
    func isAnswering(at directory: String) async -> Bool

    /// The servers of each routed service, by replica, as the running edge has them.
    func servers(at directory: String) async throws(ReportableError) -> [EdgeServer]

    /// Adds a server, lets the edge probe it, and sends traffic to it once the probe succeeded.
    /// Nothing to do when it is admitted already at the same address. Throws `notFound` when the edge does not route to
    /// the replica's service, and `replicaFailed` when the edge's own probe does not succeed within `deadline`; the
    /// server is then removed again.
    func admit(_ server: EdgeBackend, at directory: String, deadline: TimeSpan) async throws(ReportableError)

    /// Sends no new traffic to a server and waits until none is in flight or `deadline` has passed, then removes it.
    /// Returns the number of requests that were cut. Nothing to do when there is no such server.
    func withdraw(_ replica: ReplicaID, at directory: String, deadline: TimeSpan) async throws(ReportableError) -> Int

    /// Checks the configuration file in the directory with the edge's own checker. Throws with its words.
    func check(at directory: String) async throws(ReportableError)

    /// Makes the running edge take up the configuration file without dropping a connection.
    /// Servers keep their state. The file is checked first; a refused file leaves the old one running.
    func reload(at directory: String, processID: Int) async throws(ReportableError)
}

/// A replica as the edge is told about it.
package struct EdgeBackend: Hashable, Sendable, Codable {
    package let replica: ReplicaID
    package let address: Address

    package init(replica: ReplicaID, address: Address) {
        self.replica = replica
        self.address = address
    }
}

/// A replica as the edge sees it.
package struct EdgeServer: Hashable, Sendable, Codable {
    package let replica: ReplicaID
    package let address: Address
    package let traffic: ObservedReplica.Traffic
    /// The edge's own probe succeeds.
    package let healthy: Bool
    /// Requests and connections in flight.
    package let inFlight: Int

    package init(replica: ReplicaID, address: Address, traffic: ObservedReplica.Traffic, healthy: Bool, inFlight: Int) {
        self.replica = replica
        self.address = address
        self.traffic = traffic
        self.healthy = healthy
        self.inFlight = inFlight
    }
}
