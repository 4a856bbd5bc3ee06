import Basics
import StackModel

/// Routes as HAProxy rules, in the order in which they have to be asked.
///
/// A path stands for itself and everything below it, whole segments only: `/api` takes `/api` and `/api/orders`, not
/// `/apis`. The longest path wins; of two equal ones the one with a host.
enum EdgeRoutes {
    static func rules(for edge: Edge) throws(ReportableError) -> [String] {
        guard !edge.isClosed else { return ["use_backend \(EdgeTexts.closed)"] }
        var rules: [String] = []
        for route in edge.routes.sorted(by: comesFirst) { rules.append(try rule(for: route)) }
        return rules
    }

    private static func rule(for route: Route) throws(ReportableError) -> String {
        var conditions: [String] = []
        if let host = route.host {
            let word = try HAProxyText.word(host.lowercased(), naming: "the host of a route")
            conditions.append("{ req.hdr(host),host_only,lower -m str -- \(word) }")
        }
        let path = route.stem
        let backend = route.isClosed ? EdgeTexts.closed : route.service.text
        guard !path.isEmpty else {
            return rule(for: backend, conditions)
        }
        let exact = try HAProxyText.word(path, naming: "the path of a route")
        return rule(for: backend, conditions + ["{ path -m str -- \(exact) }"])
            + " || " + (conditions + ["{ path -m beg -- \(exact)/ }"]).joined(separator: " ")
    }

    private static func rule(for backend: String, _ conditions: [String]) -> String {
        (["use_backend \(backend)"] + (conditions.isEmpty ? [] : ["if"]) + conditions).joined(separator: " ")
    }

    private static func comesFirst(_ left: Route, _ right: Route) -> Bool {
        let lengths = (left.stem.utf8.count, right.stem.utf8.count)
        guard lengths.0 == lengths.1 else { return lengths.0 > lengths.1 }
        guard (left.host == nil) == (right.host == nil) else { return left.host != nil }
        return (left.host ?? "", left.path, left.service) < (right.host ?? "", right.path, right.service)
    }
}
