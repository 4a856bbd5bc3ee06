import Basics
import StackSpec

/// What Traefik reads from the labels of a service: which requests go there, and at which port.
///
/// A router that does more than an edge can say gets no route: one that asks for a password must not become open.
struct ProxyLabels {
    struct Route {
        let host: String?
        let path: String
    }

    /// A router without a route.
    struct Refusal {
        /// `traefik.http.routers.NAME`.
        let label: String
        let place: Place
        let why: String
        let help: String?
    }

    private(set) var routes: [Route] = []
    private(set) var refusals: [Refusal] = []
    private(set) var port: Int?

    /// Middlewares without which a request is answered in the same way, or refused less often.
    private static let harmless: Set = [
        "buffering", "circuitbreaker", "compress", "headers", "inflightreq", "ratelimit", "redirectscheme", "retry",
    ]

    private struct Router {
        let name: String
        let place: Place
        var rule: String?
        var service: String?
        var middlewares: [String] = []
    }

    init(_ service: SpecNode, _ signs: SignTable) {
        var routers: [Router] = []
        var kinds: [String: String] = [:]
        var isEnabled = true
        for (key, written, place) in Self.pairs(service["labels"]) {
            guard let value = (try? signs.read(written)).flatMap(signs.plain) else { continue }
            let words = key.lowercased().split(separator: ".").map(String.init)
            if words == ["traefik", "enable"] { isEnabled = value != "false" }
            guard words.count > 4, words.prefix(2) == ["traefik", "http"] else { continue }
            switch words[2] {
            case "routers":
                let index = routers.firstIndex { $0.name == words[3] } ?? routers.count
                if index == routers.count { routers.append(Router(name: words[3], place: place)) }
                Self.note(value, as: words[4], in: &routers[index])
            case "middlewares": kinds[words[3]] = words[4]
            case "services" where words.suffix(2) == ["server", "port"]: port = PortReader.number(value)
            default: break
            }
        }
        for router in routers where isEnabled { add(router, kinds) }
    }

    private static func pairs(_ labels: SpecNode?) -> [(String, String, Place)] {
        let entries = labels?.entries?.compactMap { entry in text(entry.value).map { (entry.key, $0, entry.keyPlace) } }
        return entries
            ?? labels?.elements?.compactMap { item in
                guard let parts = text(item)?.split(separator: "=", maxSplits: 1), parts.count == 2 else { return nil }
                return (String(parts[0]), String(parts[1]), item.place)
            } ?? []
    }

    private static func text(_ node: SpecNode) -> String? {
        if case .scalar(let scalar) = node.content { scalar.text } else { nil }
    }

    private static func note(_ value: String, as key: String, in router: inout Router) {
        switch key {
        case "rule": router.rule = value
        case "service": router.service = value
        case "middlewares":
            router.middlewares = value.split(separator: ",").map { $0.filter { !$0.isWhitespace }.lowercased() }
        default: break
        }
    }

    private mutating func add(_ router: Router, _ kinds: [String: String]) {
        if router.service?.contains("@") == true {
            return refuse(router, "it leads to \(router.service ?? "") of Traefik itself", nil)
        }
        // `name@docker` is a middleware of some label; one of a file is not known.
        let unknown = router.middlewares.first { middleware in
            guard let kind = kinds[String(middleware.prefix { $0 != "@" })] else { return true }
            return !Self.harmless.contains(kind)
        }
        if let unknown {
            return refuse(
                router,
                "an edge has nothing like its middleware \(unknown), and without it the route would not be the same",
                "Let the app do what it did, then add the route."
            )
        }
        let found = router.rule.map(Self.routes) ?? []
        if found.isEmpty {
            return refuse(router, "a route is a host and the beginning of a path, and its rule says more or less", nil)
        }
        routes += found
    }

    private mutating func refuse(_ router: Router, _ why: String, _ help: String?) {
        refusals.append(
            Refusal(label: "traefik.http.routers.\(router.name)", place: router.place, why: why, help: help)
        )
    }

    /// Each side of `Host(`a`) || Host(`b`)`; nothing of a rule that says more than a spec can in one of them.
    private static func routes(of rule: String) -> [Route] {
        let sides = sides(of: rule).map(side)
        return sides.contains { $0.isEmpty } ? [] : sides.flatMap { $0 }
    }

    /// Nothing stands between backticks but a text.
    private static func sides(of rule: String) -> [String] {
        var sides = [""]
        for (index, part) in rule.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
            if index > 0 { sides[sides.count - 1] += "`" }
            guard index.isMultiple(of: 2) else {
                sides[sides.count - 1] += part
                continue
            }
            let pieces = String(part).split(separator: "||", omittingEmptySubsequences: false)
            sides[sides.count - 1] += pieces[0]
            sides += pieces.dropFirst().map(String.init)
        }
        return sides
    }

    /// `Host(`a`) && PathPrefix(`/b`)`.
    private static func side(_ rule: String) -> [Route] {
        var hosts: [String?] = []
        var path = "/"
        for part in rule.split(separator: "&&").map({ $0.filter { !$0.isWhitespace } }) {
            guard let open = part.firstIndex(of: "("), part.hasSuffix(")") else { return [] }
            let values = part[part.index(after: open)...].dropLast().split(separator: ",").map {
                $0.filter { !"`'\"".contains($0) }
            }
            guard values.allSatisfy({ !$0.isEmpty && !$0.contains("(") && !$0.contains("{") }) else { return [] }
            switch part[..<open] {
            case "Host": hosts += values
            case "PathPrefix" where values.count == 1: path = values[0]
            default: return []
            }
        }
        return (hosts.isEmpty ? [nil] : hosts).map { Route(host: $0, path: path) }
    }
}
