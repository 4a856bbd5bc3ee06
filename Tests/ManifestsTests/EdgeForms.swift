import Basics
import Foundation
import StackModel
import Testing

@testable import Manifests

/// An edge with everything that can be asked of one, alone and together.
enum EdgeForms {
    /// The last one asks for everything.
    static let all: [Edge] = [
        plain,
        form { $0.tls = EdgeTLS(certificate: "site") },
        form { $0.tls = EdgeTLS(certificate: "site", redirectFrom: 8080, hsts: .seconds(86400)) },
        form { $0.rateLimit = RateLimit(requests: 100, per: .seconds(10)) },
        form { edge in
            edge.rateLimit = RateLimit(requests: 100, per: .seconds(10))
            edge.routes = ["b.example", "A.example"].map { Route(path: "/", host: $0, service: "api") }
        },
        form { $0.circuitBreaker = CircuitBreaker(errors: 5) },
        form { $0.maintenance = "quotes \" ' \\ $HOME ${HOME} %[env(HOME)] #, \u{1F600}" },
        form { $0.closed = true },
        form { $0.routes.append(closedRoute) },
        form { edge in
            edge.tls = EdgeTLS(certificate: "site", redirectFrom: 8080, hsts: .seconds(86400))
            edge.rateLimit = RateLimit(requests: 100, per: .seconds(10))
            edge.circuitBreaker = CircuitBreaker(errors: 5)
            edge.maintenance = "We are moving house."
            edge.routes.append(closedRoute)
        },
    ]

    private static func form(_ change: (inout Edge) -> Void) -> Edge {
        var edge = plain
        change(&edge)
        return edge
    }

    private static let closedRoute = Route(path: "/admin", host: "Shop.example", service: "api", closed: true)
    private static let plain = Edge(listen: 8443, routes: [Route(path: "/", service: "api")])

    static func stack(_ edge: Edge) -> Stack {
        var stack = ShopStack.stack()
        for index in stack.services.indices where stack.services[index].name == "edge" {
            stack.services[index].kind = .edge(edge)
        }
        stack.secrets.append(SecretDeclaration(name: "site", kind: .given))
        return stack
    }

    static func template(_ edge: Edge, version: Int = 4) throws -> ReplicaTemplate {
        let shop = ShopStack.inputs(stack(edge))
        let inputs = ManifestInputs(
            stack: shop.stack,
            addresses: shop.addresses,
            sources: shop.sources,
            secrets: shop.secrets.merging(["site": version]) { $1 }
        )
        return try #require(try ProcessManifests.templates(inputs)["edge"])
    }

    /// The certificate and its key in one file.
    static func makeCertificate(_ path: String) throws {
        let words = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x", "-days", "2"]
        let made = try run(["openssl", "req", "-x509"] + words + ["-keyout", "\(path).new", "-out", path])
        #expect(made.status == 0, "\(made.output)")
        let texts = try [path, "\(path).new"].map { try String(contentsOfFile: $0, encoding: .utf8) }
        try texts.joined().write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.removeItem(atPath: "\(path).new")
    }
}
