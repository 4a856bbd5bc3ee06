import Basics
import Interfaces
import StackModel

/// The directory of one edge replica: what a template wrote, what HAProxy runs, and the list that is the truth on disk.
///
/// HAProxy makes its sockets in it but reads the files only: they and the directory are the caller's, with the sticky
/// bit where HAProxy runs as another user. What a compromised HAProxy puts there instead is refused. Blocks.
struct HAProxyDirectory: Sendable {
    let path: String

    /// As the template wrote it, without servers.
    var template: String { "\(path)/edge.cfg" }
    /// As HAProxy reads it: the last template it accepted, with servers.
    var configuration: String { "\(path)/haproxy.cfg" }
    var candidate: String { "\(path)/haproxy.cfg.candidate" }
    private var list: String { "\(path)/servers.json" }
    private var state: String { "\(path)/servers.state" }

    var runtime: HAProxyRuntime {
        HAProxyRuntime(
            worker: HAProxySocket(path: "\(path)/runtime.sock"),
            master: HAProxySocket(path: "\(path)/master.sock")
        )
    }

    /// Empty when no server was ever admitted.
    func servers() throws(ReportableError) -> [EdgeBackend] {
        guard let text = try AtomicFile.readIfThere(list) else { return [] }
        do {
            return try CanonicalJSON.decode([EdgeBackend].self, from: text)
        } catch {
            throw ReportableError(.fileFailed, "the server list \(list) is not readable", details: ["\(error)"])
        }
    }

    func accepted() throws(ReportableError) -> HAProxyConfiguration {
        HAProxyConfiguration(text: try AtomicFile.read(configuration))
    }

    func proposed() throws(ReportableError) -> HAProxyConfiguration {
        HAProxyConfiguration(text: try AtomicFile.read(template))
    }

    /// Writes the list and all that follows from it, each file whole, in an order in which HAProxy may be started
    /// after any of them: a server stands in the configuration only while the state file says that it is unprobed.
    func save(_ servers: [EdgeBackend], in configuration: HAProxyConfiguration) throws(ReportableError) {
        let servers = servers.sorted { $0.replica < $1.replica }
        let union = Set(try self.servers()).union(servers).sorted { $0.replica < $1.replica }
        try write(HAProxyServerState.unprobed(union), to: state)
        try write(configuration.composed(with: servers), to: self.configuration)
        try write(CanonicalJSON.text(servers) + "\n", to: list)
        if union != servers { try write(HAProxyServerState.unprobed(servers), to: state) }
    }

    /// For the length of a reload: servers that are UP stay UP.
    func saveRunningState(_ states: String) throws(ReportableError) {
        try write(HAProxyServerState.running(states, listed: try servers()), to: state)
    }

    func saveUnprobedState() throws(ReportableError) {
        try write(HAProxyServerState.unprobed(try servers()), to: state)
    }

    func write(_ text: String, to path: String) throws(ReportableError) {
        try AtomicFile.write(text, to: path)
    }
}
