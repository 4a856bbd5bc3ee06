import Basics
import StackModel

/// What the configuration of an edge says wherever it runs: how requests are passed on, and what is told to clients.
enum EdgeTexts {
    /// The backend of requests that no route takes. No service can have this name.
    static let unrouted = "_unrouted"

    /// The backend of routes that are closed: whoever takes one gets the maintenance text.
    static let closed = "_closed"

    /// A request is sent again to another replica when the connection failed, and when it was lost without an answer
    /// if repeating it is safe.
    static let defaults = [
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
        "    timeout connect \(EdgeTimeouts.connect.milliseconds)ms",
        "    timeout client \(EdgeTimeouts.client.milliseconds)ms",
        "    timeout server \(EdgeTimeouts.server.milliseconds)ms",
        "    timeout client-fin \(EdgeTimeouts.halfClosed.milliseconds)ms",
        "    timeout server-fin \(EdgeTimeouts.halfClosed.milliseconds)ms",
        "    timeout tunnel \(EdgeTimeouts.tunnel.milliseconds)ms",
        "    timeout http-request \(EdgeTimeouts.request.milliseconds)ms",
        "    timeout http-keep-alive \(EdgeTimeouts.keepAlive.milliseconds)ms",
    ]

    /// Every request has an id that logs can be searched by. A client's own is kept where it is one word that no log, shell or
    /// page would read as anything else; a line of text, or several ids, could forge what others read.
    static let requestID =
        "    http-request set-header X-Request-ID %[unique-id] unless { req.fhdr_cnt(X-Request-ID) eq 1 }"
        + " { req.fhdr(X-Request-ID) -m reg ^[A-Za-z0-9][A-Za-z0-9._:=+/@-]{0,127}$ }"

    /// The backends without replicas.
    static func ownBackends(of edge: Edge) -> [String] {
        let isClosed = edge.isClosed || edge.routes.contains(where: \.isClosed)
        return (isClosed ? ["backend \(closed)", "    http-request deny deny_status 503", ""] : []) + [
            "backend \(unrouted)", "    http-request return status 404 content-type text/plain string \"no route\"",
        ]
    }

    /// The paths by which the apps behind an edge are asked whether they can serve, each at the hosts of their routes.
    static func readinessPaths(of edge: Edge, in stack: Stack) throws(ReportableError) -> [EdgeProtection.Uncounted] {
        var hosts: [String: Set<String?>] = [:]
        for route in edge.routes {
            guard let path = try app(route.service, in: stack).health.readiness else { continue }
            hosts[path, default: []].insert(route.host?.lowercased())
        }
        return hosts.sorted { $0.key < $1.key }.map { path, hosts in
            .init(path: path, hosts: hosts.contains(nil) ? [] : hosts.compactMap { $0 }.sorted())
        }
    }

    /// For `default-server`: connections to a replica are kept for the next request. A server that is added while HAProxy
    /// runs has none of the usual defaults and would keep no connection, so both are said. One that is not needed is closed
    /// after about two seconds: sooner than programs close theirs, as a rule after five.
    static let pool = "pool-max-conn -1 pool-purge-delay 2000ms"

    /// The app that a route leads to. Throws `invalidSpec` when it is none.
    static func app(_ service: ServiceName, in stack: Stack) throws(ReportableError) -> App {
        if case .app(let app)? = stack.service(service)?.kind { return app }
        throw ReportableError(
            .invalidSpec,
            "a route leads to \(service), which is no app of the stack",
            hint: "Name a service of kind app in the route."
        )
    }

    /// The beginning of the backend of a service: how its replicas are chosen and asked for their health.
    static func backend(of service: ServiceName, _ app: App, behind edge: Edge) throws(ReportableError) -> [String] {
        var lines = [
            "backend \(service)",
            "    balance leastconn",
            "    http-request disable-l7-retry unless METH_GET or { method HEAD OPTIONS }",
            "    timeout check \(app.health.timeout.milliseconds)ms",
        ]
        if let metrics = edge.hiddenMetrics(of: app, named: service) { lines += try refusal(of: metrics) }
        if let readiness = app.health.readiness {
            let path = try HAProxyText.word(readiness, naming: "the readiness path of \(service)")
            let host = try HAProxyText.word(app.health.askedHost, naming: "the host of the health check of \(service)")
            lines += [
                "    option httpchk",
                "    http-check send meth GET uri \(path) ver HTTP/1.1 hdr Host \(host) hdr User-Agent slipway-edge",
                "    http-check expect status 200-299",
            ]
        }
        return lines
    }

    /// A path of figures that clients get no answer for.
    private static func refusal(of metrics: HiddenMetrics) throws(ReportableError) -> [String] {
        var lines = try AskedPath.tests(of: metrics.path, naming: "the path of metrics").map { "acl figures \($0)" }
        var hosts: [String] = []
        for host in metrics.shownAt { hosts.append(try HAProxyText.word(host, naming: "the host of a route")) }
        if !hosts.isEmpty { lines.append("acl shown \(EdgeRoutes.host) -m str -- \(hosts.joined(separator: " "))") }
        lines.append("http-request deny deny_status 404 if figures\(hosts.isEmpty ? "" : " !shown")")
        return lines.map { "    \($0)" }
    }

    /// How often a server is checked.
    static func checks(of app: App) -> String {
        let unsure = EdgeTimeouts.unsure.milliseconds
        return
            "check inter \(app.health.interval.milliseconds)ms fastinter \(unsure)ms downinter \(unsure)ms rise 1 fall 2"
    }
}
