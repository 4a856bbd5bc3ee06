import Basics
import StackModel

/// The text of `edge.cfg`.
struct EdgeConfiguration {
    /// Connections at once. Each takes two descriptors; `no strict-limits` lets a machine with fewer run with fewer.
    static let maximumConnections = 8000
    /// Where Prometheus on this machine finds the edge's own figures. Not a path that an app would use.
    static let metricsPath = "/.slipway/edge-metrics"
    /// Whoever asks from here may say for whom, as a proxy in front of the edge that speaks TLS does. Nobody else is
    /// believed: an app that trusts such a header would trust every client.
    private static let fromThisMachine = "{ src 127.0.0.0/8 ::1 }"
    /// A proxy on this machine says for whom it asks; Prometheus does not.
    private static let ownFigures = "\(fromThisMachine) !{ req.hdr(X-Forwarded-For) -m found }"
    /// By which the worker after a reload learns from the one before how much each client has sent.
    private static let generations = "generations"

    let edge: Edge
    let stack: Stack
    /// The file with the certificate and its key, in the edge's directory; nil for plain HTTP.
    let certificate: String?

    func text() throws(ReportableError) -> Template {
        var text = ConfigurationText()
        text.lines(globals)
        if edge.rateLimit != nil { text.lines(Self.peers) }
        text.lines(EdgeTexts.defaults.map { Template($0) })
        text.lines([
            Template(try EdgeProtection.maintenance(edge)), "    load-server-state-from-file global", "",
        ])
        text.lines(try frontend())
        text.lines(EdgeEncryption.redirect(edge, plain: try address(edge.tls?.redirectFrom)).map { Template($0) })
        for service in Set(edge.routes.map(\.service)).sorted() { text.lines(try backend(of: service)) }
        text.lines(EdgeTexts.ownBackends(of: edge).map { Template($0) })
        return text.template
    }

    private var globals: [Template] {
        [
            "global",
            "    stats socket \"\(.directory)/runtime.sock\" mode 600 level admin expose-fd listeners",
            "    server-state-file \"\(.directory)/servers.state\"",
            "    maxconn \(Self.maximumConnections)",
            "    no strict-limits",
            "    log stdout format raw daemon info",
            "    max-spread-checks \(EdgeTimeouts.checkSpread.milliseconds)",
            "    hard-stop-after \(EdgeTimeouts.hardStop.milliseconds)ms",
        ] + (edge.rateLimit == nil ? [] : ["    localpeer edge"])
            + (edge.tls == nil ? [] : EdgeEncryption.rules.map { Template($0) }) + [""]
    }

    private static let peers: [Template] = [
        "peers \(generations)", "    bind \"unix@\(.directory)/peers.sock\" mode 600", "    server edge", "",
    ]

    private func address(_ port: Int?) throws(ReportableError) -> String {
        let address = try HAProxyText.word(edge.address, naming: "the address of the edge")
        return "\(address):\(port ?? edge.listen)"
    }

    private func frontend() throws(ReportableError) -> [Template] {
        let local = Self.fromThisMachine
        let scheme = edge.tls == nil ? "http" : "https"
        let metrics = "{ path -m str -- \(Self.metricsPath) } \(Self.ownFigures)"
        var lines = [
            "    unique-id-format %[uuid()]", "    http-request use-service prometheus-exporter if \(metrics)",
        ]
        lines += try rateLimit()
        lines += EdgeEncryption.promise(edge.tls)
        lines += [
            EdgeTexts.requestID,
            "    http-request del-header X-Forwarded- -m beg unless \(local)",
            "    http-request del-header Forwarded unless \(local)",
            "    http-request set-header X-Forwarded-Proto \(scheme) unless { req.hdr(X-Forwarded-Proto) -m found }",
        ]
        for rule in try EdgeRoutes.rules(for: edge, in: stack) { lines.append("    \(rule)") }
        lines += ["    default_backend \(EdgeTexts.unrouted)", ""]
        return ["frontend clients", try bind()] + lines.map { Template($0) }
    }

    private func bind() throws(ReportableError) -> Template {
        let place = "    bind \(try address(nil))"
        guard let certificate else { return Template(place) }
        return "\(place) ssl crt \"\(.directory)/\(certificate)\" \(EdgeEncryption.options)"
    }

    /// A proxy in front of the edge says for whom it asks; else it would be one client that asks for all.
    private func rateLimit() throws(ReportableError) -> [String] {
        let told = EdgeProtection.Client(
            expression: "req.hdr_ip(X-Forwarded-For,-1)",
            condition: "\(Self.fromThisMachine) { req.hdr(X-Forwarded-For) -m found }"
        )
        return try EdgeProtection.rateLimit(
            edge.rateLimit,
            uncounted: try EdgeTexts.readinessPaths(of: edge, in: stack),
            clients: [told, .sender],
            peers: Self.generations
        )
    }

    private func backend(of service: ServiceName) throws(ReportableError) -> [Template] {
        let app = try EdgeTexts.app(service, in: stack)
        let lines = try EdgeTexts.backend(of: service, app, behind: edge).map { Template($0) }
        let breaker = EdgeProtection.circuitBreaker(edge.circuitBreaker)
        return lines + [
            // Whoever adds a server while the edge runs gives it these words too: it does not inherit them.
            "    default-server \(EdgeTexts.checks(of: app))\(breaker) \(EdgeTexts.pool)",
            "    # servers of \(service)",
            "",
        ]
    }
}
