import StackModel

/// What is not told while something worse explains it: the milder alert of the same name, and the alerts of services
/// that wait for one that is down. Backups and rotations belong to no such service and are always told.
struct Inhibitions {
    let stack: Stack

    /// Fire when a service is gone altogether.
    private static let gone = ["APIDown", "RedisDown", "PgDown", "EdgeDown"]
    /// Say the same as a burnt budget, with less weight.
    private static let milder = ["HighErrorRate", "EdgeErrors"]

    var rules: [ManifestValue] {
        [severities, burns] + stack.services.compactMap(outage)
    }

    private var severities: ManifestValue {
        [
            "source_matchers": ["severity = \"critical\""],
            "target_matchers": ["severity = \"warning\""],
            "equal": ["alertname", "service", "job", "instance", "proxy", "policy", "secret"],
        ]
    }

    private var burns: ManifestValue {
        [
            "source_matchers": ["alertname = \"SLOBurn\"", "severity = \"critical\""],
            "target_matchers": [.text("alertname =~ \"\(Self.milder.joined(separator: "|"))\"")],
        ]
    }

    /// The silence over everything that depends on a service, however far away.
    private func outage(of service: Service) -> ManifestValue? {
        let dependents = dependents(of: service.name)
        guard !dependents.isEmpty else { return nil }
        return [
            "source_matchers": [
                .text("alertname =~ \"\(Self.gone.joined(separator: "|"))\""), "service = \"\(service.name)\"",
            ],
            "target_matchers": [.text("service =~ \"\(dependents.map(\.text).joined(separator: "|"))\"")],
        ]
    }

    /// By `dependsOn` and by routes; an exporter by what it watches. A circle comes to its end.
    private func dependents(of name: ServiceName) -> [ServiceName] {
        var found: Set<ServiceName> = []
        var next: [ServiceName] = [name]
        while let current = next.popLast() {
            for service in stack.services where waits(service, for: current) && found.insert(service.name).inserted {
                next.append(service.name)
            }
        }
        return found.subtracting([name]).sorted()
    }

    private func waits(_ service: Service, for name: ServiceName) -> Bool {
        if service.dependsOn.contains(name) { return true }
        guard case .edge(let edge) = service.kind else { return false }
        return edge.routes.contains { $0.service == name }
    }
}
