import Basics
import StackModel
import Testing

@testable import Manifests

@Suite("A health check by a program")
struct HealthCommandTests {
    private static let words: [Template] = ["ask", "--to", "\(.service("redis", .hostAndPort))", "\(.port)", "$HOME"]

    private static func stack(port: Int? = 8000, liveness: String? = nil) -> Stack {
        ComposeStack.stack {
            $0.port = port
            $0.health = HealthCheck(liveness: liveness, command: words, interval: .seconds(3), timeout: .seconds(7))
        }
    }

    @Test("is the check of a container, as it is declared")
    func compose() throws {
        let api = try #require(try ComposeManifests.parts(of: Self.stack()).first { $0.service.name == "api" })
        let check = api.object["healthcheck"]
        #expect(check?["test"] == ["CMD", "ask", "--to", "redis:6379", "8000", "$$HOME"])
        #expect(check?["interval"] == "3s" && check?["timeout"] == "7s")
        let paths = StackManifests.omissions(of: Self.stack(), for: .compose).map { $0.path.joined(separator: ".") }
        #expect(!paths.contains("services.api.health.interval"))
    }

    @Test("lets others wait for an app without a port")
    func dependencies() throws {
        var stack = ComposeStack.stack()
        for index in stack.services.indices where stack.services[index].name == "worker" {
            stack.services[index].kind = .app(App(image: "worker:1", health: HealthCheck(command: ["alive"])))
        }
        for index in stack.services.indices where stack.services[index].name == "api" {
            stack.services[index].dependsOn = ["worker"]
        }
        let api = try #require(try ComposeManifests.parts(of: stack).first { $0.service.name == "api" })
        #expect(api.object["depends_on"]?["worker"]?["condition"] == "service_healthy")
    }

    @Test("is asked by the kubelet, which reads a dollar as Compose does; alive is who takes connections")
    func kubernetes() throws {
        let container = try Self.container(Self.stack())
        #expect(
            container["readinessProbe"]?["exec"]?["command"] == ["ask", "--to", "redis:6379", "8000", "$$HOME"]
        )
        #expect(container["readinessProbe"]?["periodSeconds"] == 3)
        #expect(container["readinessProbe"]?["timeoutSeconds"] == 7)
        #expect(container["livenessProbe"]?["tcpSocket"] != nil && container["startupProbe"]?["tcpSocket"] != nil)
        let alive = try Self.container(Self.stack(liveness: "/healthz"))
        #expect(alive["livenessProbe"]?["httpGet"]?["path"] == "/healthz")
    }

    @Test("on Kubernetes needs no port, and opens the way to what it asks")
    func withoutPort() throws {
        let app = App(image: "worker:1", health: HealthCheck(command: ["ask", "\(.service("cache", .host))"]))
        let stack = Stack(
            name: "test",
            environment: "test",
            engine: .kubernetes,
            services: [Service(name: "worker", kind: .app(app)), Service(name: "cache", kind: .redis(Redis()))]
        )
        let objects = try KubernetesObjects(stack)
        let container = try #require(objects.one("Deployment", "worker")?.podTemplate?.at("spec.containers.*").first)
        #expect(container?["readinessProbe"]?["exec"]?["command"] == ["ask", "cache"])
        #expect(container?["livenessProbe"] == nil)
        let policy = try #require(objects.one("NetworkPolicy", "worker"))
        #expect(policy.at("spec.egress.*.ports.*.port").contains(6379))
    }

    @Test("is asked beside a replica, and its edge looks whether the port is open")
    func process() throws {
        var stack = ShopStack.stack()
        for index in stack.services.indices where stack.services[index].name == "api" {
            guard case .app(var app) = stack.services[index].kind else { continue }
            app.health = HealthCheck(command: Self.words)
            stack.services[index].kind = .app(app)
        }
        let templates = try ProcessManifests.templates(ShopStack.inputs(stack))
        #expect(templates["api"]?.probe == .command(words: Self.words))
        let edge = templates["edge"]?.files.first { $0.path == "edge.cfg" }?.content.source ?? ""
        #expect(edge.contains("default-server check inter") && !edge.contains("httpchk"))
        let files = try StackManifests.files(of: stack, for: .process)
        let api = files.first { $0.path == "api/service.json" }?.content ?? ""
        #expect(api.contains(#""readiness": "ask --to ${service:redis} ${port} $HOME""#))
    }

    private static func container(_ stack: Stack) throws -> ManifestValue {
        var stack = stack
        stack.engine = .kubernetes
        let api = try #require(try KubernetesObjects(stack).one("Deployment", "api"))
        return try #require(api.podTemplate?.at("spec.containers.*").first ?? nil)
    }
}
