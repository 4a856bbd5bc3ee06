import Basics
import StackModel

enum EdgeTLSKeys {
    static let certificate = Key<SecretName>(
        "certificate",
        .mentionedSecret,
        isRequired: true,
        synonyms: ["cert", "crt", "secret"],
        "The secret of kind `given` that holds the certificate, its chain and its key in PEM, one after the other. On "
            + "Kubernetes the TLS secret of that name."
    )
    static let redirectFrom = Key<Int>(
        "redirectFrom",
        .port,
        default: "none",
        synonyms: ["redirect"],
        "A port where plain requests are sent on to TLS."
    )
    static let hsts = Key<TimeSpan>(
        "hsts",
        .timeSpan,
        default: "not said",
        synonyms: ["strictTransportSecurity"],
        "For how long a browser that came once comes by TLS only (`Strict-Transport-Security`). It cannot be taken "
            + "back: begin with `1h`."
    )

    static let table = KeyTable(
        title: "tls",
        meaning: "Clients speak TLS to the edge.",
        rules: [certificate.rule, redirectFrom.rule, hsts.rule]
    )
}

extension ValueType where Value == EdgeTLS {
    static var edgeTLS: ValueType {
        .table(EdgeTLSKeys.table) { fields in
            let (redirectFrom, hsts) = (fields[EdgeTLSKeys.redirectFrom], fields[EdgeTLSKeys.hsts])
            return fields[EdgeTLSKeys.certificate].map {
                EdgeTLS(certificate: $0, redirectFrom: redirectFrom, hsts: hsts)
            }
        }
    }
}

enum RateLimitKeys {
    static let requests = Key<Int>("requests", .integer(1...1_000_000), isRequired: true, "How many requests.")
    static let per = Key<TimeSpan>(
        "per",
        .timeSpan(atMost: .seconds(3600)),
        isRequired: true,
        synonyms: ["every", "window", "interval"],
        "In how long a time."
    )

    static let table = KeyTable(
        title: "rateLimit",
        meaning: "How many requests one client address may send in how long a time. The readiness paths of apps are "
            + "not counted when they are read at the hosts of their routes (`/` is).",
        rules: [requests.rule, per.rule]
    )
}

extension ValueType where Value == RateLimit {
    static var rateLimit: ValueType {
        .table(RateLimitKeys.table) { fields in
            let (requests, per) = (fields[RateLimitKeys.requests], fields[RateLimitKeys.per])
            guard let requests, let per else { return nil }
            return RateLimit(requests: requests, per: per)
        }
    }
}

enum CircuitBreakerKeys {
    static let errors = Key<Int>(
        "errors",
        .integer(1...10_000),
        isRequired: true,
        synonyms: ["threshold", "failures"],
        "How many requests in a row a replica may answer with an error of its own (5xx). Each check that passes begins the "
            + "count anew, so it is for replicas that get more requests than that in one `health.interval`."
    )

    static let table = KeyTable(
        title: "circuitBreaker",
        meaning: "When a replica is taken out of traffic for its errors. It comes back when its check has passed for 3 "
            + "seconds.",
        rules: [errors.rule]
    )
}

extension ValueType where Value == CircuitBreaker {
    static var circuitBreaker: ValueType {
        .table(CircuitBreakerKeys.table) { fields in
            fields[CircuitBreakerKeys.errors].map { CircuitBreaker(errors: $0) }
        }
    }
}

extension ValueType where Value == SecretName {
    /// A secret whose value is needed here: its name, also as the reference that it is elsewhere.
    static var mentionedSecret: ValueType {
        ValueType(shape: name.shape) { node, key, reading in
            var node = node
            if case .scalar(let scalar) = node.content, scalar.text.hasPrefix("${secret:"), scalar.text.hasSuffix("}") {
                let name = String(scalar.text.dropFirst("${secret:".count).dropLast())
                node.content = .scalar(SpecNode.Scalar(text: name, isQuoted: scalar.isQuoted))
            }
            let secret = name.read(node, key, reading)
            if let secret { reading.mentions.add(.secret(secret, .value), at: node.place, owner: reading.owner) }
            return secret
        }
    }
}

extension ValueType where Value == String {
    /// A text for people: one line or several, without other control characters.
    static var sentence: ValueType {
        let words = "a text of at most 2000 characters"
        let pattern = "^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f]{1,2000}$"
        return ValueType(shape: .text(pattern: pattern, words: words)) { node, key, reading in
            guard let text = reading.text(of: node, for: key) else { return nil }
            if text.unicodeScalars.contains(where: { $0 != "\n" && ($0.value < 32 || $0.value == 127) }) {
                reading.findings.error(
                    "\(key) holds a control character, and people read it as plain text",
                    at: node.place,
                    help: "Of these it may have line ends alone."
                )
                return nil
            }
            return (1...2000).contains(text.count) ? text : reading.refuse(node, key, wanted: words)
        }
    }
}
