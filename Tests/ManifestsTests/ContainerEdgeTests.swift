import Basics
import Foundation
import StackModel
import Testing

@testable import Manifests

@Suite("The edge's configuration in a container")
struct ContainerEdgeTests {
    @Test("HAProxy accepts it, with everything asked for and with hostile texts, and warns of nothing")
    func isAccepted() throws {
        let folder = "/tmp/edge-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let made = try run([
            "sh", "-c",
            "cd \(folder) && openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout key -out crt -days 2 && cat crt key > both",
        ])
        #expect(made.status == 0, "\(made.output)")
        for edge in Self.edges {
            let text = try ContainerEdgeConfiguration(edge: edge, stack: ComposeStack.stack()).text()
                .replacing("/run/secrets/certificate", with: "\(folder)/both")
            try text.write(toFile: "\(folder)/haproxy.cfg", atomically: true, encoding: .utf8)
            let checked = try run(["haproxy", "-c", "-f", "\(folder)/haproxy.cfg"])
            #expect(checked.status == 0 && !checked.output.contains("[WARNING]"), "\(checked.output)\n\(text)")
        }
    }

    @Test("while no replica can serve, people read the maintenance text; too many requests are told when to come back")
    func answersForItself() throws {
        let port = 20700 + Int.random(in: 0..<90)
        let folder = "/tmp/edge-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var edge = ComposeStack.edge
        edge.maintenance = "Wir sind\ngleich zurück: 100% #1 \"$HOME\""
        edge.rateLimit = RateLimit(requests: 3, per: .seconds(60))
        let text = try ContainerEdgeConfiguration(edge: edge, stack: ComposeStack.stack()).text()
            .replacing("bind :8080", with: "bind 127.0.0.1:\(port)").replacing(
                "bind :8405",
                with: "bind 127.0.0.1:\(port + 100)"
            )
            .replacing("/run/haproxy", with: folder)
        try text.write(toFile: "\(folder)/haproxy.cfg", atomically: true, encoding: .utf8)
        func ask(_ path: String, port: Int) throws -> String {
            try run(["curl", "-si", "http://127.0.0.1:\(port)\(path)"]).output
        }
        try withProgram(["haproxy", "-db", "-f", "\(folder)/haproxy.cfg"]) {
            try wait { try ask("/alive", port: port + 100).contains("200 OK") }
            let closed = try ask("/", port: port)
            #expect(closed.contains(" 503 ") && closed.contains("retry-after: 5"), "\(closed)")
            #expect(closed.hasSuffix("Wir sind\ngleich zurück: 100% #1 \"$HOME\""), "\(closed)")
            for _ in 0..<2 { _ = try ask("/", port: port) }
            let refused = try ask("/", port: port)
            #expect(refused.contains(" 429 ") && refused.contains("retry-after: 60"), "\(refused)")
            #expect(try ask("/readyz", port: port).contains(" 503 "))
            #expect(try run(["curl", "-si", "-X", "POST", "http://127.0.0.1:\(port)/readyz"]).output.contains(" 429 "))
            #expect(try ask("/metrics", port: port + 100).contains("haproxy_frontend_"))
            #expect(try ask("/other", port: port + 100).contains(" 404 "))
        }
    }

    @Test("an id of a client is kept where it is one plain word, and every request has one")
    func requestIDs() throws {
        let port = 20790 + Int.random(in: 0..<9)
        let folder = "/tmp/edge-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let answer =
            "    http-request return status 200 content-type text/plain lf-string \"%[req.fhdr(X-Request-ID)]\"\n"
        let text = try ContainerEdgeConfiguration(edge: ComposeStack.edge, stack: ComposeStack.stack()).text()
            .replacing("bind :8080", with: "bind 127.0.0.1:\(port)")
            .replacing("bind :8405", with: "bind 127.0.0.1:\(port + 100)")
            .replacing("/run/haproxy", with: folder)
            .replacing(
                "    http-request del-header Forwarded\n",
                with: "    http-request del-header Forwarded\n\(answer)"
            )
        try text.write(toFile: "\(folder)/haproxy.cfg", atomically: true, encoding: .utf8)
        func told(_ ids: String...) throws -> String {
            let headers = ids.flatMap { ["-H", "X-Request-ID: \($0)"] }
            return try run(["curl", "-s"] + headers + ["http://127.0.0.1:\(port)/"]).output
        }
        try withProgram(["haproxy", "-db", "-f", "\(folder)/haproxy.cfg"]) {
            try wait { try told("up") == "up" }
            for good in ["7f3c-A_1.2", "1-67891233:abc/d+e=", String(repeating: "a", count: 128)] {
                #expect(try told(good) == good)
            }
            for bad in ["a b", "${jndi:x}", "<b>", "x\" y", "-rf", String(repeating: "a", count: 129)] {
                #expect(try told(bad).contains(/^[0-9a-f]{8}-[0-9a-f-]{27}$/), "\(bad)")
            }
            #expect(try told("one", "two").contains(/^[0-9a-f]{8}-[0-9a-f-]{27}$/))
            #expect(try told().contains(/^[0-9a-f]{8}-[0-9a-f-]{27}$/))
        }
    }

    @Test(
        "a readiness path may be read at will at the hosts that lead to its app, and is a path like any other elsewhere"
    )
    func uncounted() throws {
        let own = ["b.example", "A.example"].map { Route(path: "/", host: $0, service: "api") }
        let test = "if METH_GET { path -m str -- /readyz }"
        for (routes, end) in [
            (own, " { \(EdgeRoutes.host) -m str -- a.example b.example }"),
            (own + [Route(path: "/x", service: "api")], ""),
        ] {
            var edge = Edge(listen: 8080, routes: routes)
            edge.rateLimit = RateLimit(requests: 3, per: .seconds(60))
            let text = try ContainerEdgeConfiguration(edge: edge, stack: ComposeStack.stack()).text()
            let lines = text.split(separator: "\n").filter { $0.contains("set-var(txn.free)") }
            #expect(lines == ["    http-request set-var(txn.free) bool(true) \(test)\(end)"])
            #expect(text.contains("track-sc0 src if !{ var(txn.free) -m bool }\n"))
        }
    }

    private static let edges: [Edge] = {
        let routes = [
            Route(path: "/", service: "api"), Route(path: "/a\"b'c$HOME\\d %[x]", host: "Shop.example", service: "api"),
        ]
        var full = Edge(listen: 8443, routes: routes)
        full.tls = EdgeTLS(certificate: "certificate", redirectFrom: 8080)
        full.rateLimit = RateLimit(requests: 100, per: .seconds(10))
        full.circuitBreaker = CircuitBreaker(errors: 5)
        full.maintenance =
            "quotes \" ' \\ $HOME ${HOME} %[env(HOME)] #, \u{1F600} " + String(repeating: "long ", count: 200)
        return [Edge(listen: 8080, routes: routes), full]
    }()
}
