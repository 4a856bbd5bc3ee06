import StackModel
import Testing

@testable import Manifests

@Suite("Kubernetes: routes")
struct KubernetesRouteTests {
    private static let routes = [
        Route(path: "/", host: "Shop.example", service: "web"),
        Route(path: "/admin/", host: "shop.example", service: "web"),
        Route(path: "/api", service: "api"), Route(path: "/admin", service: "api"),
    ]

    @Test("for every host hold at each host too, as the longest path of all does at an edge")
    func everyHost() throws {
        let hosts = RouteHosts.hosts(of: Edge(listen: 80, routes: Self.routes))
        #expect(hosts.map(\.name) == ["shop.example", nil])
        #expect(hosts[0].routes.map { "\($0.prefix) \($0.service)" } == ["/admin web", "/api api", "/ web"])
        #expect(hosts[1].routes.map { "\($0.prefix) \($0.service)" } == ["/admin api", "/api api"])
    }

    @Test("stand so in an Ingress and for a Gateway", arguments: [nil, "front"] as [String?])
    func areWritten(_ gateway: String?) throws {
        let stack = Stack(
            name: "shop",
            environment: "test",
            engine: .kubernetes,
            services: [
                Service(name: "api", kind: .app(App(image: "api:1", port: 8000))),
                Service(name: "web", kind: .app(App(image: "web:1", port: 8000))),
                Service(name: "edge", kind: .edge(Edge(listen: 80, routes: Self.routes))),
            ],
            kubernetes: gateway.map { KubernetesOptions(gateway: $0) }
        )
        let files = try StackManifests.files(of: stack, for: .kubernetes).filter { $0.path.hasPrefix("edge/") }
        let text = files.map(\.content).joined()
        #expect(
            text.split(separator: "\n").count { $0.contains(": /api") || $0.contains(": \"/api\"") } == 2,
            "\(text)"
        )
    }

    @Test("are no more than the API takes in one object, and all of them are there")
    func areSplit() throws {
        let routes = (1...40).map { Route(path: "/\($0)", host: "shop.example", service: "web") }
        let stack = Stack(
            name: "shop",
            environment: "test",
            engine: .kubernetes,
            services: [
                Service(name: "web", kind: .app(App(image: "web:1", port: 8000))),
                Service(name: "edge", kind: .edge(Edge(listen: 80, routes: routes))),
            ],
            kubernetes: KubernetesOptions(gateway: "front")
        )
        let objects = try KubernetesObjects(stack).all("HTTPRoute")
        #expect(objects.map(\.name) == ["edge-1", "edge-2", "edge-3"])
        #expect(objects.map { $0["spec"]?["rules"]?.elements.count } == [16, 16, 8])
        #expect(objects.allSatisfy { $0["spec"]?["hostnames"] == ["shop.example"] })
    }
}
