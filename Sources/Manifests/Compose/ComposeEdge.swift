import Basics
import StackModel

/// HAProxy by the official image: the only service that others than those on the machine can reach.
enum ComposeEdge {
    private static let folder = "/usr/local/etc/haproxy"
    /// Two for each connection, and some.
    private static let openFiles = EdgeConfiguration.maximumConnections * 2 + 4000

    /// It waits for nobody: until replicas are there, it says that they will be.
    static func make(_ service: Service, _ edge: Edge, _ stack: Stack) throws(ReportableError) -> ComposeService {
        var part = try ComposeService(service, resources: .edge)
        part.user = OfficialUser.haproxy
        part.health = ComposeHealth(["CMD-SHELL", question], service)
        part.dependsOn = ComposeHealth.dependencies(of: service, in: stack)
        part.openFiles = openFiles
        part.networks = [.frontend]
        part.ports = ports(of: edge)
        part.scratch = [ContainerEdgeConfiguration.socketFolder]
        part.mounts = [("config/\(service.name)", folder)]
        part.secrets = [edge.tls?.certificate.text].compactMap { $0 }
        part.stop = StopRule(signal: .user1, grace: EdgeTemplate.grace(edge, stack))
        part.files = [
            ManifestFile(
                "config/\(service.name)/haproxy.cfg",
                try ContainerEdgeConfiguration(edge: edge, stack: stack).text()
            )
        ]
        return part
    }

    /// The image has no program that speaks HTTP; its shells do.
    private static let question = """
        if command -v bash >/dev/null; then
            exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/\(ContainerEdgeConfiguration.metricsPort) && printf "GET \(ContainerEdgeConfiguration.alivePath) HTTP/1.0\\r\\n\\r\\n" >&3 && read -r _ code _ <&3 && [ "$code" = 200 ]'
        fi
        exec wget -q -O /dev/null http://127.0.0.1:\(ContainerEdgeConfiguration.metricsPort)\(ContainerEdgeConfiguration.alivePath)
        """

    private static func ports(of edge: Edge) -> [String] {
        let address: String =
            switch edge.address {
            case "0.0.0.0", "::", "*": ""
            case "localhost": "127.0.0.1:"
            case let other: other.contains(":") ? "[\(other)]:" : "\(other):"
            }
        var ports = ["\(address)\(edge.listen):\(edge.tls == nil ? 8080 : 8443)"]
        if let plain = edge.tls?.redirectFrom { ports.append("\(address)\(plain):8080") }
        return ports
    }
}
