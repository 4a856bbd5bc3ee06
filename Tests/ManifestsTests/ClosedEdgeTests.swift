import Basics
import StackModel
import Testing

@testable import Manifests

@Suite("An edge at one address of a machine, on Kubernetes")
struct ClosedEdgeTests {
    private static func stack(_ address: String, gateway: String? = nil) -> Stack {
        let edge = Edge(
            listen: 8443,
            address: address,
            routes: [Route(path: "/", service: "api")],
            tls: EdgeTLS(certificate: "site")
        )
        return Stack(
            name: "test",
            environment: "test",
            engine: .kubernetes,
            services: [
                Service(name: "api", kind: .app(App(image: "api:1", port: 8000))),
                Service(name: "edge", kind: .edge(edge)),
            ],
            secrets: [SecretDeclaration(name: "site", kind: .given)],
            kubernetes: gateway.map { KubernetesOptions(gateway: $0) }
        )
    }

    private static func files(_ stack: Stack) throws -> [String: String] {
        let files = try StackManifests.files(of: stack, for: .kubernetes)
        return Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.content) })
    }

    @Test(
        "opens nothing: no way in, nobody of another namespace let through",
        arguments: ["127.0.0.1", "10.0.0.5", "::1"]
    )
    func staysClosed(_ address: String) throws {
        for gateway in [nil, "public"] {
            let files = try Self.files(Self.stack(address, gateway: gateway))
            #expect(!files.keys.contains { $0.hasPrefix("edge/") })
            for (path, content) in files where path.hasSuffix(".yaml") {
                #expect(!content.contains("kind: Ingress\n") && !content.contains("kind: HTTPRoute"), "\(path)")
                #expect(!content.contains("namespaceSelector") || path == "network-policies.yaml", "\(path)")
            }
            #expect(files["api/service.yaml"]?.contains("type: ClusterIP") == true)
            let readme = try #require(files["README.md"])
            #expect(!readme.contains("an ingress controller:") && !readme.contains("the Gateway"))
            #expect(!readme.contains("create secret tls"))
            #expect(!readme.contains("is open to other namespaces"))
            #expect(readme.contains("No route opens anything to other namespaces."))
        }
    }

    @Test("is said by its key, with the way in that there is and the one that can be had")
    func isSaid() {
        let omissions = StackManifests.omissions(of: Self.stack("127.0.0.1"), for: .kubernetes)
        let edge = omissions.filter { $0.service == "edge" }
        #expect(edge.map(\.key) == [["listen"]])
        #expect(edge.first?.meaning.contains("no cluster has the address 127.0.0.1") == true)
        #expect(edge.first?.meaning.contains("`kubectl port-forward service/api 8000`") == true)
        #expect(edge.first?.meaning.hasSuffix("write `listen: 443` under the environment") == true)
    }

    @Test("at every address it is the ingress controller, which routes without a host share with nobody")
    func opens() throws {
        let files = try Self.files(Self.stack("0.0.0.0"))
        #expect(files["edge/ingress.yaml"] != nil)
        #expect(files["api/network-policy.yaml"]?.contains("namespaceSelector") == true)
        #expect(files["README.md"]?.contains("nobody else with a route for every host") == true)
        #expect(files["README.md"]?.contains("What a route leads to is open to other namespaces") == true)
    }
}
