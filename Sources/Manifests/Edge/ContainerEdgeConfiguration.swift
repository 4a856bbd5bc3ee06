import Basics
import StackModel

/// `haproxy.cfg` for an edge in a container. Replicas are found by the name of their service, again and again, so that
/// there may be more or fewer of them at any time.
struct ContainerEdgeConfiguration {
    let edge: Edge
    let stack: Stack

    /// Where a local administrator talks to it: in the container, and nowhere else.
    static let socketFolder = "/run/haproxy"
    /// Where Prometheus finds the figures, at /metrics, and the container its own health. Never published.
    static let metricsPort = ScrapeJob.edgePort
    static let alivePath = "/alive"
    /// Replicas of a service that the edge can know at once, at least.
    private static let leastServers = 10

    /// Throws `invalidSpec` for what cannot be written down: a control character, a route to no app.
    func text() throws(ReportableError) -> String {
        var lines = globals + Self.resolvers + EdgeTexts.defaults
        lines += [try EdgeProtection.maintenance(edge), ""]
        lines += try frontend()
        lines += EdgeEncryption.redirect(edge, plain: ":8080") + Self.figures
        for service in Set(edge.routes.map(\.service)).sorted() { lines += try backend(of: service) }
        return (lines + EdgeTexts.ownBackends(of: edge)).joined(separator: "\n") + "\n"
    }

    private var globals: [String] {
        [
            "global",
            "    stats socket \(Self.socketFolder)/admin.sock mode 600 level admin",
            "    maxconn \(EdgeConfiguration.maximumConnections)",
            "    no strict-limits",
            "    log stdout format raw daemon info",
            "    max-spread-checks \(EdgeTimeouts.checkSpread.milliseconds)",
            "    hard-stop-after \(EdgeTimeouts.hardStop.milliseconds)ms",
        ] + (edge.tls == nil ? [] : EdgeEncryption.rules) + [""]
    }

    /// The name server that every network of Docker has. It does not answer for a moment now and then: what it said last
    /// holds meanwhile, and the checks tell which replicas are gone.
    private static let resolvers = [
        "resolvers docker",
        "    nameserver dns 127.0.0.11:53",
        "    accepted_payload_size 8192",
        "    resolve_retries 3",
        "    timeout resolve 1s",
        "    timeout retry 1s",
        "    hold valid 1s",
        "    hold obsolete 5s",
        "    hold nx 30s",
        "    hold refused 30s",
        "    hold timeout 30s",
        "    hold other 30s",
        "",
    ]

    /// Nobody is believed who says for whom he asks: all requests look alike to a container.
    private func frontend() throws(ReportableError) -> [String] {
        let rules = try EdgeRoutes.rules(for: edge, in: stack)
        let paths = try EdgeTexts.readinessPaths(of: edge, in: stack)
        return [
            "frontend clients",
            "    bind :\(edge.tls == nil ? 8080 : 8443)\(certificate)",
            "    unique-id-format %[uuid()]",
        ] + (try EdgeProtection.rateLimit(edge.rateLimit, uncounted: paths)) + EdgeEncryption.promise(edge.tls) + [
            EdgeTexts.requestID,
            "    http-request del-header X-Forwarded- -m beg",
            "    http-request del-header Forwarded",
            "    http-request set-header X-Forwarded-Proto \(edge.tls == nil ? "http" : "https")",
        ] + rules.map { "    \($0)" } + ["    default_backend \(EdgeTexts.unrouted)", ""]
    }

    private var certificate: String {
        guard let tls = edge.tls else { return "" }
        return " ssl crt \(ContainerSecret.path(of: tls.certificate.text)) \(EdgeEncryption.options)"
    }

    private static let figures = [
        "frontend figures",
        "    bind :\(metricsPort)",
        "    monitor-uri \(alivePath)",
        "    http-request use-service prometheus-exporter if { path /metrics }",
        "    http-request return status 404",
        "",
    ]

    private func backend(of service: ServiceName) throws(ReportableError) -> [String] {
        let app = try EdgeTexts.app(service, in: stack)
        guard let port = app.port else {
            throw ReportableError(.invalidSpec, "a route leads to \(service), which has no port")
        }
        let checks = EdgeTexts.checks(of: app) + EdgeProtection.circuitBreaker(edge.circuitBreaker)
        return try EdgeTexts.backend(of: service, app, behind: edge) + [
            "    default-server \(checks) \(EdgeTexts.pool)",
            "    server-template \(service)- \(servers(of: service, app)) \(service):\(port)"
                + " resolvers docker init-addr none",
            "",
        ]
    }

    /// Room for a few more than the spec asks for, so that they can be added by hand.
    private func servers(of service: ServiceName, _ app: App) -> Int {
        max((stack.service(service)?.replicas ?? 1) * 2, app.autoscale?.maximum ?? 0, Self.leastServers)
    }
}
