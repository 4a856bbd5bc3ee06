import Interfaces
import StackModel

/// A configuration text with a marker line in each backend, `    # servers of <service>`, after which its servers go.
struct HAProxyConfiguration {
    private static let marker = "    # servers of "
    private static let defaults = "    default-server "
    private static let server = "    server "

    let text: String

    /// What a server of this service is added with while HAProxy runs: the words of the backend's `default-server`,
    /// which such a server does not inherit. Nil when there is no backend for the service.
    func serverWords(of service: ServiceName) -> String? {
        var words = "check"
        for line in lines {
            if line.hasPrefix("backend ") { words = "check" }
            if line.hasPrefix(Self.defaults) { words = String(line.dropFirst(Self.defaults.count)) }
            if markedService(line) == service { return words }
        }
        return nil
    }

    /// The same text with exactly these servers; those without a backend are left out.
    func composed(with servers: [EdgeBackend]) -> String {
        var composed: [String] = []
        var isBehindMarker = false
        for line in lines {
            if isBehindMarker, line.hasPrefix(Self.server) { continue }
            composed.append(String(line))
            let service = markedService(line)
            isBehindMarker = service != nil
            for server in servers.sorted(by: { $0.replica < $1.replica }) where server.replica.service == service {
                composed.append("\(Self.server)\(server.replica) \(server.address)")
            }
        }
        return composed.joined(separator: "\n")
    }

    private var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    private func markedService(_ line: Substring) -> ServiceName? {
        guard line.hasPrefix(Self.marker) else { return nil }
        return ServiceName(String(line.dropFirst(Self.marker.count)))
    }
}
