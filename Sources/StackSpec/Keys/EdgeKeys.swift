import Basics
import StackModel

enum EdgeKeys {
    static let listen = Key<ListenAddress>(
        "listen",
        .listenAddress,
        isRequired: true,
        synonyms: ["port", "ports", "bind", "address"],
        "The port clients connect to, on every address, or one address with a port, as in `127.0.0.1:8080`."
    )
    static let routes = Key<[Route]>(
        "routes",
        .list(of: .route, what: "routes"),
        isRequired: true,
        synonyms: ["rules", "backends"],
        "Where requests go. The longest matching path wins."
    )
    static let tls = Key<EdgeTLS>(
        "tls",
        .edgeTLS,
        default: "plain HTTP",
        synonyms: ["https", "ssl"],
        "Clients speak TLS to the edge."
    )
    static let rateLimit = Key<RateLimit>(
        "rateLimit",
        .rateLimit,
        default: "no limit",
        synonyms: ["limit", "rate"],
        "How many requests one client address may send; more are answered with 429."
    )
    static let circuitBreaker = Key<CircuitBreaker>(
        "circuitBreaker",
        .circuitBreaker,
        default: "none",
        synonyms: ["breaker", "outlierDetection"],
        "Takes a replica that keeps answering with errors out of traffic until its check has passed for 3 seconds."
    )
    static let maintenance = Key<String>(
        "maintenance",
        .sentence,
        default: "a short text of the edge's own",
        synonyms: ["maintenancePage", "errorPage"],
        "What people read while no replica can serve, and where the edge is closed. Clients are told to come back."
    )
    static let closed = Key<Bool>(
        "closed",
        .boolean,
        default: "false",
        synonyms: ["maintenanceMode", "down"],
        "Whether everybody reads the maintenance text, whatever they ask for. Replicas run on meanwhile."
    )

    static let table = KeyTable(
        title: "edge",
        meaning: "The door to the stack: where requests come in and are spread over the replicas that can serve.",
        rules: ServiceKeys.common + [
            ServiceKeys.image.rule, listen.rule, routes.rule, tls.rule, rateLimit.rule, circuitBreaker.rule,
            maintenance.rule, closed.rule,
        ]
    )
}

/// Where an edge listens.
struct ListenAddress: Sendable {
    let address: String
    let port: Int

    static let everywhere = "0.0.0.0"

    /// `8080`, `127.0.0.1:8080` or `[::1]:8080`.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else {
            guard let port = Self.port(text[...]) else { return nil }
            (self.address, self.port) = (Self.everywhere, port)
            return
        }
        guard let port = Self.port(text[text.index(after: colon)...]), let address = Self.address(text[..<colon]) else {
            return nil
        }
        (self.address, self.port) = (address, port)
    }

    private static func port(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy(isDigit), !text.hasPrefix("0"), let port = Int(text),
            (1...65535).contains(port)
        else { return nil }
        return port
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// 0 to 255 in digits alone, without zeros before.
    private static func isByte(_ text: Substring) -> Bool {
        text.utf8.allSatisfy(isDigit) && UInt8(text) != nil && (text == "0" || !text.hasPrefix("0"))
    }

    private static func address(_ text: Substring) -> String? {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let inner = text.dropFirst().dropLast()
            let isGood =
                inner.contains(":") && inner.allSatisfy { $0.isASCII && $0.isHexDigit || $0 == ":" || $0 == "." }
            return isGood ? String(inner) : nil
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let isGood = parts.count == 4 && parts.allSatisfy(isByte)
        return isGood ? String(text) : text == "localhost" ? "127.0.0.1" : nil
    }
}

extension ValueType where Value == ListenAddress {
    static var listenAddress: ValueType {
        let words = "a port, or an address and a port such as 127.0.0.1:8080"
        let shape = Shape.either(.integer(1...65535), .text(pattern: "^\\S+:[0-9]+$", words: words))
        return ValueType(shape: shape) { node, key, reading in
            guard let text = reading.text(of: node, for: key) else { return nil }
            return ListenAddress(text) ?? reading.refuse(node, key, wanted: words)
        }
    }
}

enum RouteKeys {
    static let path = Key<String>(
        "path",
        .requestPath,
        isRequired: true,
        synonyms: ["prefix", "match", "location"],
        "Requests for this path and everything below it, whole segments only: `/api` takes `/api/orders`, not `/apis`."
    )
    static let host = Key<String>(
        "host",
        .hostName,
        default: "every host",
        synonyms: ["hostname", "domain"],
        "Requests for this host name only."
    )
    static let service = Key<ServiceName>(
        "service",
        .routedService,
        isRequired: true,
        synonyms: ["to", "backend", "target", "upstream"],
        "The app they go to."
    )
    static let closed = Key<Bool>(
        "closed",
        .boolean,
        default: "false",
        synonyms: ["maintenance"],
        "Whether those who ask for it read the maintenance text instead of an answer of the app."
    )

    static let table = KeyTable(
        title: "route",
        meaning: "Which requests go to which service.",
        rules: [path.rule, host.rule, service.rule, closed.rule]
    )
}

extension ValueType where Value == Route {
    static var route: ValueType {
        .table(RouteKeys.table) { fields in
            let (path, host, closed) = (fields[RouteKeys.path], fields[RouteKeys.host], fields[RouteKeys.closed])
            guard let service = fields[RouteKeys.service], let path else { return nil }
            // Clients may write a host in any letters; a cluster takes small ones alone.
            return Route(path: path, host: host?.lowercased(), service: service, closed: closed)
        }
    }
}

extension ValueType where Value == ServiceName {
    static var routedService: ValueType {
        ValueType(shape: name.shape) { node, key, reading in
            let service = name.read(node, key, reading)
            if let service { reading.mentions.add(.route(service), at: node.place, owner: reading.owner) }
            return service
        }
    }
}

extension ValueType where Value == String {
    static var hostName: ValueType {
        text("a host name such as shop.example.com", pattern: "^[A-Za-z0-9]([-.A-Za-z0-9]*[A-Za-z0-9])?$") { text in
            let labels = text.split(separator: ".", omittingEmptySubsequences: false)
            return text.utf8.count <= 253
                && labels.allSatisfy { label in
                    (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                        && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
                }
        }
    }
}
