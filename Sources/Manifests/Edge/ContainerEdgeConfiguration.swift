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
        lines += redirect + Self.figures
        for service in Set(edge.routes.map(\.service)).sorted() { lines += try backend(of: service) }
        return (lines + EdgeTexts.unroutedBackend).joined(separator: "\n") + "\n"
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
        ] + (edge.tls == nil ? [] : Self.tlsRules) + [""]
    }

    /// What Mozilla calls intermediate.
    private static let tlsRules = [
        "    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets prefer-client-ciphers",
        "    ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"
            + ":ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
            + ":ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305",
        "    ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256",
    ]

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
        let rules = try EdgeRoutes.rules(for: edge.routes)
        return [
            "frontend clients",
            "    bind :\(edge.tls == nil ? 8080 : 8443)\(try certificate)",
            "    unique-id-format %[uuid()]",
        ] + EdgeProtection.rateLimit(edge.rateLimit) + [
            "    http-request set-header X-Request-ID %[unique-id] unless { req.hdr(X-Request-ID) -m found }",
            "    http-request del-header X-Forwarded- -m beg",
            "    http-request del-header Forwarded",
            "    http-request set-header X-Forwarded-Proto \(edge.tls == nil ? "http" : "https")",
        ] + rules.map { "    \($0)" } + ["    default_backend \(EdgeTexts.unrouted)", ""]
    }

    private var certificate: String {
        get throws(ReportableError) {
            guard let tls = edge.tls else { return "" }
            return " ssl crt \(ContainerSecret.path(of: tls.certificate.text)) alpn h2,http/1.1"
        }
    }

    /// Browsers that come by the plain port are sent to the other one, for good.
    private var redirect: [String] {
        guard edge.tls?.redirectFrom != nil else { return [] }
        let port = edge.listen == 443 ? "" : ":\(edge.listen)"
        return [
            "frontend plain",
            "    bind :8080",
            "    http-request redirect code 308 location https://%[req.hdr(host),host_only]\(port)%[pathq]",
            "",
        ]
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
        return try EdgeTexts.backend(of: service, app) + [
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
