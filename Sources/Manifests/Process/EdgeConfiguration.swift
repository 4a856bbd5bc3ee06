import Basics
import StackModel

/// The text of `edge.cfg`.
enum EdgeConfiguration {
    /// Connections at once. Each takes two descriptors; `no strict-limits` lets a machine with fewer run with fewer.
    static let maximumConnections = 8000
    /// Where Prometheus on this machine finds the edge's own figures. Not a path that an app would use.
    static let metricsPath = "/.slipway/edge-metrics"
    /// Whoever asks from here may say for whom, as a proxy in front of the edge that speaks TLS does. Nobody else is
    /// believed: an app that trusts such a header would trust every client.
    private static let fromThisMachine = "{ src 127.0.0.0/8 ::1 }"
    /// A proxy on this machine says for whom it asks; Prometheus does not.
    private static let ownFigures = "\(fromThisMachine) !{ req.hdr(X-Forwarded-For) -m found }"
    /// The backend of requests that no route takes. No service can have this name.
    static let unrouted = "_unrouted"

    static func make(_ edge: Edge, _ stack: Stack) throws(ReportableError) -> Template {
        let rules = try EdgeRoutes.rules(for: edge.routes)
        var text = ConfigurationText()
        text.lines(globals)
        text.lines(defaults)
        text.lines(try frontend(edge, rules))
        for service in Set(edge.routes.map(\.service)).sorted() {
            text.lines(try backend(of: service, stack))
        }
        text.lines([
            "backend \(unrouted)", "    http-request return status 404 content-type text/plain string \"no route\"",
        ])
        return text.template
    }

    private static let globals: [Template] = [
        "global",
        "    stats socket \"\(.directory)/runtime.sock\" mode 600 level admin expose-fd listeners",
        "    server-state-file \"\(.directory)/servers.state\"",
        "    maxconn \(maximumConnections)",
        "    no strict-limits",
        "    log stdout format raw daemon info",
        "    max-spread-checks \(EdgeTimeouts.checkSpread.milliseconds)",
        "    hard-stop-after \(EdgeTimeouts.hardStop.milliseconds)ms",
        "",
    ]

    /// A request is sent again to another replica when the connection failed, and when it was lost without an answer
    /// if repeating it is safe.
    private static let defaults: [Template] = [
        "defaults",
        "    mode http",
        "    log global",
        "    log-format \"%ci:%cp %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %tsc %ac/%fc/%bc/%sc/%rc %HM %HPO\"",
        "    option dontlog-normal",
        "    option forwardfor",
        "    option idle-close-on-response",
        "    option redispatch 1",
        "    retries 3",
        "    retry-on conn-failure empty-response",
        "    http-reuse safe",
        "    load-server-state-from-file global",
        "    timeout connect \(EdgeTimeouts.connect.milliseconds)ms",
        "    timeout client \(EdgeTimeouts.client.milliseconds)ms",
        "    timeout server \(EdgeTimeouts.server.milliseconds)ms",
        "    timeout client-fin \(EdgeTimeouts.halfClosed.milliseconds)ms",
        "    timeout server-fin \(EdgeTimeouts.halfClosed.milliseconds)ms",
        "    timeout tunnel \(EdgeTimeouts.tunnel.milliseconds)ms",
        "    timeout http-request \(EdgeTimeouts.request.milliseconds)ms",
        "    timeout http-keep-alive \(EdgeTimeouts.keepAlive.milliseconds)ms",
        "",
    ]

    private static func frontend(_ edge: Edge, _ rules: [String]) throws(ReportableError) -> [Template] {
        let address = try HAProxyText.word(edge.address, naming: "the address of the edge")
        return [
            "frontend clients",
            "    bind \(address):\(edge.listen)",
            "    unique-id-format %[uuid()]",
            "    http-request use-service prometheus-exporter if { path -m str -- \(metricsPath) } \(ownFigures)",
            "    http-request set-header X-Request-ID %[unique-id] unless { req.hdr(X-Request-ID) -m found }",
            "    http-request del-header X-Forwarded- -m beg unless \(fromThisMachine)",
            "    http-request del-header Forwarded unless \(fromThisMachine)",
            "    http-request set-header X-Forwarded-Proto http unless { req.hdr(X-Forwarded-Proto) -m found }",
        ] + rules.map { Template("    \($0)") } + ["    default_backend \(unrouted)", ""]
    }

    private static func backend(of service: ServiceName, _ stack: Stack) throws(ReportableError) -> [Template] {
        guard case .app(let app)? = stack.service(service)?.kind else {
            throw ReportableError(
                .invalidSpec,
                "a route leads to \(service), which is no app of the stack",
                hint: "Name a service of kind app in the route."
            )
        }
        var lines: [Template] = [
            "backend \(service)",
            "    balance leastconn",
            "    http-request disable-l7-retry unless METH_GET or { method HEAD OPTIONS }",
            "    timeout check \(app.health.timeout.milliseconds)ms",
        ]
        if let readiness = app.health.readiness {
            let path = try HAProxyText.word(readiness, naming: "the readiness path of \(service)")
            lines += [
                "    option httpchk",
                "    http-check send meth GET uri \(path) ver HTTP/1.1 hdr Host \(Probe.host) hdr User-Agent slipway-edge",
                "    http-check expect status 200-299",
            ]
        }
        let unsure = EdgeTimeouts.unsure.milliseconds
        return lines + [
            // Whoever adds a server while the edge runs gives it these words too: it does not inherit them.
            "    default-server check inter \(app.health.interval.milliseconds)ms fastinter \(unsure)ms downinter \(unsure)ms rise 1 fall 2",
            "    # servers of \(service)",
            "",
        ]
    }
}
