import Basics
import Manifests
import StackModel
import Testing

@Suite("Templates of the process engine")
struct ProcessManifestsTests {
    @Test("a template pins exactly the secrets it refers to")
    func pinsItsSecrets() throws {
        let templates = try ProcessManifests.templates(ShopStack.inputs())
        #expect(templates["api"]?.secrets == ["redis-app": 1, "jwt": 3])
        #expect(templates["redis"]?.secrets == ["redis-app": 1, "redis-admin": 1, "redis-exporter-password": 1])
        #expect(templates["postgres"]?.secrets == ["postgres-app": 2, "postgres-exporter-password": 1])
        #expect(templates["redis-exporter"]?.secrets == ["redis-exporter-password": 1])
        #expect(templates["grafana"]?.secrets == ["grafana-admin": 1, "grafana-key": 1])
        #expect(templates["edge"]?.secrets == [:])
        #expect(templates["worker"]?.secrets == [:])
    }

    @Test("an app behind an edge has a port per replica, one alone has its own, one without a port has none")
    func allotsPorts() throws {
        var stack = ShopStack.stack()
        #expect(try ProcessManifests.templates(ShopStack.inputs(stack))["api"]?.port == .perReplica)
        #expect(try ProcessManifests.templates(ShopStack.inputs(stack))["worker"]?.port == PortUse.none)
        stack.services.removeAll { $0.name == "edge" }
        #expect(try ProcessManifests.templates(ShopStack.inputs(stack))["api"]?.port == .fixed(8000))
    }

    @Test("an app ends as it declares, and the edge not before the slowest of its apps is drained")
    func stops() throws {
        var stack = ShopStack.stack()
        #expect(try ProcessManifests.templates(ShopStack.inputs(stack))["worker"]?.stop == StopRule())
        #expect(try ProcessManifests.templates(ShopStack.inputs(stack))["edge"]?.stop.grace == .seconds(15))
        let stop = StopRule(signal: .interrupt, grace: .seconds(300))
        for index in stack.services.indices {
            if stack.services[index].name == "worker" {
                stack.services[index].kind = .app(App(command: ["./worker"], stop: stop))
            }
            if stack.services[index].name == "api" { stack.services[index].rollout.drain = .seconds(90) }
        }
        let templates = try ProcessManifests.templates(ShopStack.inputs(stack))
        #expect(templates["worker"]?.stop == stop)
        #expect(templates["edge"]?.stop == StopRule(signal: .user1, grace: .seconds(90)))
    }

    @Test("an edge with TLS is rendered for reading too, without a certificate")
    func rendersEncryptedEdge() throws {
        let stack = EdgeForms.stack(
            Edge(listen: 8443, routes: [Route(path: "/", service: "api")], tls: EdgeTLS(certificate: "site"))
        )
        let files = try StackManifests.files(of: stack, for: .process)
        #expect(files.contains { $0.path == "edge/haproxy.cfg" && $0.content.contains("certificate-1.pem") })
    }

    @Test("a hundred renders of one stack have one digest")
    func isDeterministic() throws {
        let digests = try (0..<100).map { _ in
            Digest(ofCanonical: try ProcessManifests.templates(ShopStack.inputs()))
        }
        #expect(Set(digests).count == 1)
    }

    @Test("a secret without a version is an error that names the service and the secret")
    func refusesUnknownSecrets() throws {
        let inputs = ManifestInputs(
            stack: ShopStack.stack(),
            addresses: ShopStack.addresses,
            sources: ["api": Digest(of: "x")],
            secrets: ["redis-app": 1]
        )
        let error = #expect(throws: ReportableError.self) { try ProcessManifests.templates(inputs) }
        #expect(error?.code == .secretFailed)
        #expect(error?.message.contains("refers to secret") == true)
    }

    @Test("changing an account asks for a reload and not for a new replica")
    func reloadsAccounts() throws {
        var stack = ShopStack.stack()
        let before = try ProcessManifests.templates(ShopStack.inputs(stack))
        stack.secrets.removeAll { $0.name == "redis-app" }
        stack.services.removeAll { $0.name == "api" || $0.name == "edge" }
        let after = try ProcessManifests.templates(ShopStack.inputs(stack))
        #expect(before["redis"]?.revision == after["redis"]?.revision)
        #expect(before["redis"]?.configuration != after["redis"]?.configuration)
    }
}
