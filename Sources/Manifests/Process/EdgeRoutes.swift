import Basics
import StackModel

/// Routes as HAProxy rules, in the order in which they have to be asked.
///
/// A path stands for itself and everything below it, whole segments only: `/api` takes `/api` and `/api/orders`, not
/// `/apis`. The longest path wins; of two equal ones the one with a host.
///
/// A route that is closed stands for every spelling of its path, an open one only for its own.
enum EdgeRoutes {
    /// The host that a client asks.
    static let host = "req.hdr(host),host_only,lower"

    static func rules(for edge: Edge, in stack: Stack) throws(ReportableError) -> [String] {
        guard !edge.isClosed else { return ["use_backend \(EdgeTexts.closed)"] }
        var rules = hidesAnything(edge, stack) ? AskedPath.rules : []
        for route in edge.routes.sorted(by: comesFirst) { rules.append(try rule(for: route)) }
        return rules
    }

    private static func rule(for route: Route) throws(ReportableError) -> String {
        var conditions: [String] = []
        if let name = route.host {
            let word = try HAProxyText.word(name.lowercased(), naming: "the host of a route")
            conditions.append("{ \(host) -m str -- \(word) }")
        }
        let path = route.stem
        let backend = route.isClosed ? EdgeTexts.closed : route.service.text
        guard !path.isEmpty else {
            return rule(for: backend, conditions)
        }
        let tests = try tests(of: route, path).map { (conditions + ["{ \($0) }"]).joined(separator: " ") }
        return rule(for: backend, [tests.joined(separator: " || ")])
    }

    private static func tests(of route: Route, _ path: String) throws(ReportableError) -> [String] {
        let what = "the path of a route"
        guard !route.isClosed else { return try AskedPath.tests(of: path, naming: what) }
        let word = try HAProxyText.word(path, naming: what)
        return ["path -m str -- \(word)", "path -m beg -- \(word)/"]
    }

    private static func hidesAnything(_ edge: Edge, _ stack: Stack) -> Bool {
        edge.routes.contains { route in
            if route.isClosed { return true }
            guard case .app(let app)? = stack.service(route.service)?.kind else { return false }
            return edge.hiddenMetrics(of: app, named: route.service) != nil
        }
    }

    private static func rule(for backend: String, _ conditions: [String]) -> String {
        (["use_backend \(backend)"] + (conditions.isEmpty ? [] : ["if"]) + conditions).joined(separator: " ")
    }

    private static func comesFirst(_ left: Route, _ right: Route) -> Bool {
        let lengths = (length(left), length(right))
        guard lengths.0 == lengths.1 else { return lengths.0 > lengths.1 }
        guard (left.host == nil) == (right.host == nil) else { return left.host != nil }
        return (left.host ?? "", left.path, left.service) < (right.host ?? "", right.path, right.service)
    }

    /// Of what requests are compared with.
    private static func length(_ route: Route) -> Int {
        (route.isClosed ? AskedPath.plain(route.stem) : route.stem).utf8.count
    }
}
