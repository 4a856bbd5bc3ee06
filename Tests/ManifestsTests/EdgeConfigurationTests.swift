import Basics
import Foundation
import StackModel
import Testing

@testable import Manifests

@Suite("The edge's configuration")
struct EdgeConfigurationTests {
    @Test("HAProxy accepts what is rendered, without a warning of its own making")
    func isAccepted() throws {
        let checked = try check(routes: [
            Route(path: "/", service: "api"), Route(path: "/v1", host: "Shop.example.com", service: "api"),
        ])
        #expect(checked.status == 0, "\(checked.output)")
        #expect(!checked.output.contains("[ALERT]"))
    }

    @Test("HAProxy accepts every form of it, and warns of nothing", arguments: EdgeForms.all)
    func isAcceptedInEveryForm(_ edge: Edge) throws {
        let replica = try RenderedReplica(try EdgeForms.template(edge))
        defer { replica.remove() }
        try "1\n".write(toFile: "\(replica.directory)/servers.state", atomically: true, encoding: .utf8)
        let files = try FileManager.default.contentsOfDirectory(atPath: replica.directory)
        for file in files where file.hasSuffix(".pem") {
            try EdgeForms.makeCertificate("\(replica.directory)/\(file)")
        }
        let checked = try run(["haproxy", "-c", "-f", "\(replica.directory)/edge.cfg"])
        let complaints = checked.output.split(separator: "\n").filter { $0.contains("WARNING") || $0.contains("ALERT") }
        #expect(checked.status == 0 && complaints == [], "\(checked.output)")
    }

    @Test("another version of the certificate is another file, and a reload")
    func certificateVersions() throws {
        let edge = try #require(EdgeForms.all.last)
        let (first, second) = (try EdgeForms.template(edge), try EdgeForms.template(edge, version: 5))
        #expect(first.files.map(\.path) == ["certificate-4.pem", "edge.cfg"])
        #expect(second.files.map(\.path) == ["certificate-5.pem", "edge.cfg"])
        #expect(first.revision == second.revision && first.configuration != second.configuration)
        #expect(first.files.allSatisfy { !$0.content.source.contains("BEGIN") })
    }

    @Test("what the edge passes on does not hang on how its clients came")
    func protectionIsShared() throws {
        // The same words stand in the file of a container.
        let edge = try #require(EdgeForms.all.last)
        let own = try EdgeForms.template(edge).files[1].content.source.split(separator: "\n")
        let container = try ContainerEdgeConfiguration(edge: edge, stack: EdgeForms.stack(edge)).text()
        let marks = [
            "ssl-default-bind", "http-error", "status 429", "observe layer7", "Strict-Transport", "_closed",
            "status 404 if",
        ]
        for mark in marks {
            let lines = container.split(separator: "\n").filter { $0.contains(mark) }
            #expect(!lines.isEmpty && own.filter { $0.contains(mark) } == lines, "\(mark)")
        }
    }

    @Test("the longest path is asked first, then the one with a host, and the catch-all last")
    func ordersRoutes() throws {
        let rules = try text(routes: [
            Route(path: "/", service: "api"),
            Route(path: "/v1", service: "api"),
            Route(path: "/v1/orders/", service: "api"),
            Route(path: "/v1", host: "a.example", service: "api"),
        ]).split(separator: "\n").filter { $0.contains("use_backend") }
        #expect(
            rules == [
                "    use_backend api if { path -m str -- /v1/orders } || { path -m beg -- /v1/orders/ }",
                "    use_backend api if { req.hdr(host),host_only,lower -m str -- a.example } { path -m str -- /v1 }"
                    + " || { req.hdr(host),host_only,lower -m str -- a.example } { path -m beg -- /v1/ }",
                "    use_backend api if { path -m str -- /v1 } || { path -m beg -- /v1/ }",
                "    use_backend api",
            ]
        )
    }

    @Test("no path, host or readiness path can break out of its line")
    func escapesHostileValues() throws {
        var numbers = SystemRandomNumberGenerator()
        let alphabet = Array("\"'\\ #${}%[](),;|!@~*?<>&=:a/é\u{1F600}-")
        var routes: [Route] = []
        for _ in 0..<60 {
            let length = Int.random(in: 1...60, using: &numbers)
            let text = String((0..<length).map { _ in alphabet.randomElement(using: &numbers) ?? "x" })
            routes.append(Route(path: "/\(text)", host: "h\(text)", service: "api"))
        }
        routes.append(Route(path: "/" + String(repeating: "é", count: 2000), service: "api"))
        let checked = try check(routes: routes, readiness: "/ready?x=\"'\\ #$HOME ${HOME} %[env(HOME)]")
        #expect(checked.status == 0, "\(checked.output)")
    }

    @Test("a running HAProxy routes whole segments, hosts without their port, and awkward characters")
    func routesRequests() throws {
        let port = 20600 + Int.random(in: 0..<90)
        let awkward = "/a\"b'c$HOME\\d;e"
        let routes = [
            Route(path: "/v1", service: "api"), Route(path: "/admin/", host: "Admin.example", service: "api"),
            Route(path: awkward, service: "api"),
        ]
        let replica = try RenderedReplica(try template(routes: routes, readiness: "/readyz", listen: port))
        defer { replica.remove() }
        for (name, text) in [("servers.state", "1\n"), ("haproxy.cfg", try replica.file("edge.cfg"))] {
            try text.write(toFile: "\(replica.directory)/\(name)", atomically: true, encoding: .utf8)
        }
        // A route that takes a request finds no server and answers 503; no route answers 404.
        func status(_ path: String, _ host: String = "x") throws -> String {
            try run([
                "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--path-as-is", "-g", "-H", "Host: \(host)",
                "http://127.0.0.1:\(port)\(path)",
            ]).output
        }
        try withProgram(["haproxy", "-db", "-f", "\(replica.directory)/haproxy.cfg"]) {
            try wait { try status("/") == "404" }
            #expect(try ["/v1", "/v1/", "/v1/x", "/v1?q"].map { try status($0) } == ["503", "503", "503", "503"])
            #expect(try ["/v1x", "/v", "/x/v1"].map { try status($0) } == ["404", "404", "404"])
            #expect(try status("/admin/x", "admin.EXAMPLE:8080") == "503")
            #expect(try status("/admin", "admin.example") == "503")
            #expect(try status("/admin/x", "other.example") == "404")
            #expect(try status(awkward) == "503")
            #expect(try status("/a\"b'c\(NSHomeDirectory())\\d;e") == "404")
            #expect(try status("/.slipway/edge-metrics") == "200")
            #expect(
                try run([
                    "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "X-Forwarded-For: 1.2.3.4",
                    "http://127.0.0.1:\(port)/.slipway/edge-metrics",
                ]).output == "404"
            )
        }
    }

    @Test("a control character in a route is refused by name", arguments: ["\n", "\0", "\t", "\u{7F}", "", "}"])
    func refusesControlCharacters(_ text: String) throws {
        let route = Route(path: "/", host: text, service: "api")
        let error = #expect(throws: ReportableError.self) { try self.text(routes: [route]) }
        #expect(error?.code == .invalidSpec)
        #expect(error?.message.contains("the host of a route") == true)
    }

    @Test("what a client says of itself and of others before it is deleted before the app sees it")
    func deletesForwarded() throws {
        let lines = try text(routes: [Route(path: "/", service: "api")]).split(separator: "\n")
        let deletion = try #require(
            lines.firstIndex(of: "    http-request del-header X-Forwarded- -m beg unless { src 127.0.0.0/8 ::1 }")
        )
        let setting = try #require(lines.firstIndex { $0.contains("set-header X-Forwarded-Proto http") })
        #expect(deletion < setting)
    }

    @Test("a request that no server takes stands in the log")
    func logsErrors() throws {
        let port = 20500 + Int.random(in: 0..<90)
        let replica = try RenderedReplica(
            try template(routes: [Route(path: "/", service: "api")], readiness: "/readyz", listen: port)
        )
        defer { replica.remove() }
        for (name, text) in [("servers.state", "1\n"), ("haproxy.cfg", try replica.file("edge.cfg"))] {
            try text.write(toFile: "\(replica.directory)/\(name)", atomically: true, encoding: .utf8)
        }
        let program = "exec haproxy -db -f \(replica.directory)/haproxy.cfg > \(replica.directory)/log"
        try withProgram(["sh", "-c", program]) {
            try wait { try run(["curl", "-s", "http://127.0.0.1:\(port)/lost"]).output.contains("be back") }
            try wait { try replica.file("log").contains(" api/<NOSRV> ") && replica.file("log").contains(" 503 ") }
        }
    }

    @Test("a port below 1024 is opened by the user haproxy too, never by root")
    func neverRoot() throws {
        var stack = ShopStack.stack()
        stack.services.removeAll { $0.name == "edge" }
        stack.services.append(
            Service(name: "edge", kind: .edge(Edge(listen: 80, routes: [Route(path: "/", service: "api")])))
        )
        let template = try #require(try ProcessManifests.templates(ShopStack.inputs(stack))["edge"])
        #expect(template.user == .named("haproxy"))
        #expect(!template.files[0].content.source.contains("    user "))
    }

    private func template(routes: [Route], readiness: String, listen: Int = 8080) throws -> ReplicaTemplate {
        var stack = ShopStack.stack(routes: routes)
        for index in stack.services.indices {
            if case .edge(var edge) = stack.services[index].kind {
                edge.listen = listen
                stack.services[index].kind = .edge(edge)
            }
            guard case .app(var app) = stack.services[index].kind, stack.services[index].name == "api" else { continue }
            app.health.readiness = readiness
            stack.services[index].kind = .app(app)
        }
        return try #require(try ProcessManifests.templates(ShopStack.inputs(stack))["edge"])
    }

    private func text(routes: [Route]) throws -> String {
        try template(routes: routes, readiness: "/readyz").files[0].content.source
    }

    private func check(routes: [Route], readiness: String = "/readyz") throws -> (status: Int32, output: String) {
        let replica = try RenderedReplica(try template(routes: routes, readiness: readiness))
        defer { replica.remove() }
        try "1\n".write(toFile: "\(replica.directory)/servers.state", atomically: true, encoding: .utf8)
        return try run(["haproxy", "-c", "-f", "\(replica.directory)/edge.cfg"])
    }
}
