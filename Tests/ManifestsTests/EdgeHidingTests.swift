import Basics
import Foundation
import StackModel
import Testing

@testable import Manifests

/// A running HAProxy is asked as clients ask who look for what is not for them. A backend without a server answers 503.
@Suite("What an edge keeps from clients")
struct EdgeHidingTests {
    /// All of them are `/metrics` to some program.
    private static let spellings = [
        "/metrics", "/metrics/", "/metrics/x", "/metrics?q", "/%6detrics", "/%4Detrics", "//metrics", "/./metrics",
        "/x/../metrics", "/x/%2e%2e/metrics", "/x/..;/metrics", "/metrics;x", "/metrics;x/y", "/;x/metrics", "/METRICS",
        "/%2fmetrics", "/%5cmetrics", "/metrics%00", "/metrics%3bx", "/metrics%23x",
    ]
    /// An end that is a step leads out of where a route was opened.
    private static let steps = ["/x/..", "/x/%2e%2e", "/x/..;", "/x/..%2f", "/x/.", "/x%2f..", "/x/..%5c"]
    /// HAProxy decodes none of them, and so compares none of them.
    private static let broken = [
        "/metrics/%", "/%zz/../metrics", "/metrics/%zz", "/METRICS/%", "/metrics;%", "/%", "/x/%4",
    ]
    private static let others = ["/", "/metricsx", "/x/metrics", "/x;y/z", "/%256detrics", "/a+b"]

    @Test("the figures of an app, however a client spells their path, unless a route names them for its host")
    func figures() throws {
        try ask([Route(path: "/", service: "api")], port: 20300) { (status) throws in
            for path in Self.spellings + Self.steps { #expect(try status(path, "www") == "404", "\(path)") }
            for path in Self.broken { #expect(try status(path, "www") == "400", "\(path)") }
            for path in Self.others { #expect(try status(path, "www") == "503", "\(path)") }
        }
        let routes = [
            Route(path: "/", host: "www", service: "api"), Route(path: "/metrics/", host: "in.Example", service: "api"),
        ]
        try ask(routes, port: 20400) { (status) throws in
            for path in Self.spellings { #expect(try status(path, "www") == "404", "\(path)") }
            let answers = [try status("/metrics", "In.example:80"), try status("/", "www")]
            #expect(answers == ["503", "503"])
        }
        try ask(routes + [Route(path: "/metrics", service: "api")], port: 20350) { (status) throws in
            for host in ["www", "in.example", "x"] { #expect(try status("/metrics", host) == "503") }
            // No route of this host takes it.
            #expect(try status("//metrics", "x") == "404")
        }
    }

    @Test("what a route that is closed leads to, however a client spells its path")
    func closedRoutes() throws {
        let routes = [
            Route(path: "/", service: "api"), Route(path: "/metrics", service: "api", closed: true),
            Route(path: "/v1;x/Ad%6din", service: "api", closed: true), Route(path: "/v1/admin/x", service: "api"),
        ]
        let edge = try EdgeForms.template(Edge(listen: 8080, routes: routes)).files[0].content.source
        let rules = edge.split(separator: "\n").filter { $0.contains("use_backend") }
        let asked = "var(txn.asked)"
        let tests = "{ \(asked) -m str -- /v1/admin } || { \(asked) -m beg -- /v1/admin/ }"
        #expect(rules[1] == "    use_backend _closed if \(tests)")
        // The maintenance text of a closed route and that of a backend without servers are one, so the app answers here.
        try ask(routes, port: 20450, app: "http-request return status 200") { (status) throws in
            for path in Self.spellings + Self.broken { #expect(try status(path, "x") != "200", "\(path)") }
            for path in Self.steps { #expect(try status("/v1/admin\(path)", "x") != "200", "\(path)") }
            for path in ["/metrics", "//metrics", "/v1/admin", "/v1/ADMIN/y", "/v1;x/%61dmin"] {
                #expect(try status(path, "x") == "503", "\(path)")
            }
            for path in Self.others + ["/v1/admin/x"] { #expect(try status(path, "x") == "200", "\(path)") }
        }
    }

    @Test(
        "the path of a route is read as HAProxy reads the one of a request",
        arguments: [
            ("/a", "/a"), ("/A/%42//c\\d", "/a/b/c/d"), ("/a;b/c;d", "/a/c"), ("/%0a%7f%zz%2", "/%0a%7f%zz%2"),
            ("/%ff%41", "/%ff%41"), ("/É", "/É"), ("/%c3%89", "/É"), ("/a#b", "/a"),
        ]
    )
    func plainPaths(_ written: String, _ plain: String) {
        #expect(AskedPath.plain(written) == plain)
    }

    @Test("and an edge that keeps nothing from clients compares nothing")
    func nothing() throws {
        let routes = [Route(path: "/metrics", service: "api"), Route(path: "/", service: "api")]
        let edge = Edge(listen: 8080, routes: routes)
        let text = try EdgeForms.template(edge).files[0].content.source
        #expect(!text.contains("txn.asked"))
    }

    /// - Parameter app: what its backend says first.
    private func ask(
        _ routes: [Route],
        port: Int,
        app: String? = nil,
        _ body: (_ status: (String, String) throws -> String) throws -> Void
    ) throws {
        let port = port + Int.random(in: 0..<40)
        let replica = try RenderedReplica(try EdgeForms.template(Edge(listen: port, routes: routes)))
        defer { replica.remove() }
        let text = try replica.file("edge.cfg")
        let first = "    balance leastconn"
        let changed = app.map { text.replacing(first, with: "\(first)\n    \($0)") } ?? text
        for (name, text) in [("servers.state", "1\n"), ("haproxy.cfg", changed)] {
            try text.write(toFile: "\(replica.directory)/\(name)", atomically: true, encoding: .utf8)
        }
        let address = "http://127.0.0.1:\(port)"
        func status(_ path: String, _ host: String) throws -> String {
            let words = ["-s", "-o", "/dev/null", "-w", "%{http_code}", "--path-as-is", "-g", "-H", "Host: \(host)"]
            return try run(["curl"] + words + ["\(address)\(path)"]).output
        }
        try withProgram(["haproxy", "-db", "-f", "\(replica.directory)/haproxy.cfg"]) {
            try wait { try status("/.slipway/edge-metrics", "x") == "200" }
            try body(status)
        }
    }
}
