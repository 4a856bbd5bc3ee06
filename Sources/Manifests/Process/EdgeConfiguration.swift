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

    static func make(_ edge: Edge, _ stack: Stack) throws(ReportableError) -> Template {
        let rules = try EdgeRoutes.rules(for: edge.routes)
        var text = ConfigurationText()
        text.lines(globals)
        text.lines(defaults)
        text.lines(try frontend(edge, rules))
        for service in Set(edge.routes.map(\.service)).sorted() {
            text.lines(try backend(of: service, stack))
        }
        text.lines(EdgeTexts.unroutedBackend.map { Template($0) })
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

    private static let defaults: [Template] =
        EdgeTexts.defaults.map { Template($0) } + ["    load-server-state-from-file global", ""]

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
        ] + rules.map { Template("    \($0)") } + ["    default_backend \(EdgeTexts.unrouted)", ""]
    }

    private static func backend(of service: ServiceName, _ stack: Stack) throws(ReportableError) -> [Template] {
        let app = try EdgeTexts.app(service, in: stack)
        let lines = try EdgeTexts.backend(of: service, app).map { Template($0) }
        return lines + [
            // Whoever adds a server while the edge runs gives it these words too: it does not inherit them.
            "    default-server \(EdgeTexts.checks(of: app)) \(EdgeTexts.pool)",
            "    # servers of \(service)",
            "",
        ]
    }
}
