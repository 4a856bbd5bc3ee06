import Basics

/// The door to the stack: the one place where requests come in and are spread over replicas.
package struct Edge: Hashable, Sendable, Codable {
    /// The port clients connect to.
    package var listen: Int
    /// The address clients connect to; loopback unless told otherwise is the job of the spec's default.
    package var address: String
    package var routes: [Route]
    package var tls: EdgeTLS?
    package var rateLimit: RateLimit?
    package var circuitBreaker: CircuitBreaker?
    /// What a person reads while no replica can serve; a short text of the edge's own when nil.
    package var maintenance: String?
    /// Everybody reads the maintenance text, whatever they ask for; nil is false.
    package var closed: Bool?
    /// The image, where the edge is a container; a fixed version of the official HAProxy when nil.
    package var image: String?

    package init(
        listen: Int,
        address: String = "0.0.0.0",
        routes: [Route],
        tls: EdgeTLS? = nil,
        rateLimit: RateLimit? = nil,
        circuitBreaker: CircuitBreaker? = nil,
        maintenance: String? = nil,
        closed: Bool? = nil,
        image: String? = nil
    ) {
        self.listen = listen
        self.address = address
        self.routes = routes
        self.tls = tls
        self.rateLimit = rateLimit
        self.circuitBreaker = circuitBreaker
        self.maintenance = maintenance
        self.closed = closed
        self.image = image
    }
}

extension Edge {
    package var isClosed: Bool { closed ?? false }

    /// Clients come by every address of the machine. One that listens at a single address is for those who reach that:
    /// for this machine alone, at 127.0.0.1.
    package var listensEverywhere: Bool { address == "0.0.0.0" || address == "::" }
}

/// Clients speak TLS to the edge.
package struct EdgeTLS: Hashable, Sendable, Codable {
    /// The secret that holds the certificate, its chain and its key, in PEM and in this order.
    package var certificate: SecretName
    /// A port where plain requests are sent to the TLS one; none when nil.
    package var redirectFrom: Int?
    /// For how long browsers are told to come by TLS alone; they are not told when nil.
    package var hsts: TimeSpan?

    package init(certificate: SecretName, redirectFrom: Int? = nil, hsts: TimeSpan? = nil) {
        self.certificate = certificate
        self.redirectFrom = redirectFrom
        self.hsts = hsts
    }
}

/// How many requests one client address may send. More are answered with 429.
package struct RateLimit: Hashable, Sendable, Codable {
    package var requests: Int
    package var per: TimeSpan

    package init(requests: Int, per: TimeSpan) {
        self.requests = requests
        self.per = per
    }
}

/// A replica that answers this many requests in a row with an error of its own (5xx) gets none until its check passes.
package struct CircuitBreaker: Hashable, Sendable, Codable {
    package var errors: Int

    package init(errors: Int) { self.errors = errors }
}

package struct Route: Hashable, Sendable, Codable {
    /// Requests for this path and everything below it go to the service, whole segments only: `/api` takes `/api` and
    /// `/api/orders`, not `/apis`. The longest path wins.
    package var path: String
    package var host: String?
    package var service: ServiceName
    /// Who takes this route reads the maintenance text; nil is false.
    package var closed: Bool?

    package init(path: String, host: String? = nil, service: ServiceName, closed: Bool? = nil) {
        self.path = path
        self.host = host
        self.service = service
        self.closed = closed
    }

    package var isClosed: Bool { closed ?? false }

    /// The path without the slash at its end, which makes no difference: empty for `/`, which takes everything.
    package var stem: String { path.hasSuffix("/") ? String(path.dropLast()) : path }
}
