import Basics
import Glibc
import Interfaces
import StackModel

/// A running HAProxy by its two sockets: the worker's, which knows the servers, and the master's, which knows the
/// workers. HAProxy answers in words, not in codes, so what a command did is read from the state after it. Blocks.
struct HAProxyRuntime: Sendable {
    /// How often a removal is tried: HAProxy refuses while it still closes connections, which takes milliseconds.
    static let removalAttempts = 500
    static let removalPauseMicroseconds: UInt32 = 10_000

    let worker: HAProxySocket
    let master: HAProxySocket

    func servers() throws(ReportableError) -> [HAProxyServer] {
        HAProxyServer.parse(
            states: try worker.ask("show servers state"),
            statistics: try worker.ask(Self.serverStatistics)
        )
    }

    func server(_ replica: ReplicaID) throws(ReportableError) -> HAProxyServer? {
        try servers().first { $0.replica == replica }
    }

    func states() throws(ReportableError) -> String { try worker.ask("show servers state") }

    /// The process that answers on the worker's socket, unless it is on its way out.
    func workerProcess() throws(ReportableError) -> Int? {
        var process: Int?
        var isStopping = false
        for line in try worker.ask("show info").split(separator: "\n") {
            if line.hasPrefix("Pid: ") { process = Int(line.dropFirst(5)) }
            if line.hasPrefix("Stopping: ") { isStopping = line != "Stopping: 0" }
        }
        return isStopping ? nil : process
    }

    func workers() throws(ReportableError) -> HAProxyWorkers { HAProxyWorkers(try master.ask("show proc")) }

    /// Requests that workers from before a reload still have, by server (`backend/name`).
    func inFlightOfOldWorkers() throws(ReportableError) -> [String: Int] {
        var inFlight: [String: Int] = [:]
        for process in try workers().old {
            for row in HAProxyTable(try master.ask("@!\(process) \(Self.serverStatistics)"), separator: ",").rows {
                let count = (row.number("scur") ?? 0) + (row.number("qcur") ?? 0)
                inFlight["\(row["pxname"])/\(row["svname"])", default: 0] += count
            }
        }
        return inFlight
    }

    /// Adds a server that is checked at once and gets no traffic.
    func add(_ server: EdgeBackend, words: String) throws(ReportableError) {
        let name = Self.name(server.replica)
        var answers = [try worker.ask("add server \(name) \(server.address) \(words)")]
        answers.append(try worker.ask("set server \(name) state drain"))
        answers.append(try worker.ask("enable health \(name)"))
        guard let added = try self.server(server.replica), added.address == server.address, added.isDraining else {
            throw refusal("add \(name) at \(server.address)", answers)
        }
    }

    /// Makes up for the successes of its check that a server which was just added does not have yet: else its first
    /// failure alone would take it out of traffic. Its check goes on.
    func vouch(for replica: ReplicaID) throws(ReportableError) {
        _ = try worker.ask("set server \(Self.name(replica)) health up")
    }

    enum State: String {
        case ready, drain
        case maintenance = "maint"
    }

    /// Throws `engineFailed` when the server is not in that state afterwards.
    func set(_ replica: ReplicaID, _ state: State) throws(ReportableError) {
        let answer = try worker.ask("set server \(Self.name(replica)) state \(state.rawValue)")
        guard let server = try server(replica), Self.isIn(state, server) else {
            throw refusal("put \(Self.name(replica)) into state \(state.rawValue)", [answer])
        }
    }

    /// Cuts what is in flight, in workers from before a reload too, and deletes the server.
    /// Nothing to do when it is not there.
    func remove(_ replica: ReplicaID) throws(ReportableError) {
        let name = Self.name(replica)
        try cutInOldWorkers(replica)
        guard try server(replica) != nil else { return }
        try set(replica, .maintenance)
        var answer = ""
        for _ in 0..<Self.removalAttempts {
            _ = try worker.ask("shutdown sessions server \(name)")
            answer = try worker.ask("del server \(name)")
            guard try server(replica) != nil else { return }
            usleep(Self.removalPauseMicroseconds)
        }
        throw refusal("delete \(name)", [answer])
    }

    /// A worker on its way out takes its proxies for disabled and refuses to end the sessions of a server as a whole,
    /// so they are ended one by one: `show sess` has a line for each, `<id>: ... be=<backend> srv=<server> ...`.
    private func cutInOldWorkers(_ replica: ReplicaID) throws(ReportableError) {
        for process in try workers().old {
            for line in try master.ask("@!\(process) show sess").split(separator: "\n") {
                let words = line.split(separator: " ")
                guard words.contains("be=\(replica.service)"), words.contains("srv=\(replica)"),
                    let session = words.first?.split(separator: ":").first
                else { continue }
                _ = try master.ask("@!\(process) shutdown session \(session)")
            }
        }
    }

    private func refusal(_ deed: String, _ answers: [String]) -> ReportableError {
        let words = answers.flatMap { $0.split(separator: "\n") }.filter { !$0.allSatisfy(\.isWhitespace) }
        return ReportableError(.engineFailed, "the edge did not \(deed)", details: words.map { "HAProxy: \($0)" })
    }

    private static func isIn(_ state: State, _ server: HAProxyServer) -> Bool {
        switch state {
        case .ready: server.isReady
        case .drain: server.isDraining
        case .maintenance: server.isInMaintenance
        }
    }

    /// All proxies (-1), servers only (4), all of them (-1).
    private static let serverStatistics = "show stat -1 4 -1"

    private static func name(_ replica: ReplicaID) -> String { "\(replica.service)/\(replica)" }
}
