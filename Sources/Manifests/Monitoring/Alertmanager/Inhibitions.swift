import StackModel

/// What is not told while something worse explains it: the milder alert of the same name, the errors that a burnt
/// budget counts already, and what a service that is down does to those that wait for it. Silence goes from a cause to
/// its symptoms: errors, slowness and queues, as warnings. That something is down, and whatever else wakes somebody, is
/// told whatever else is down. Backups belong to no such service and are always told.
struct Inhibitions {
    let stack: Stack

    /// Of an app, which the label `service` names.
    private static let symptoms = ["HighErrorRate", "HighLatency", "InFlightHigh"]
    /// Of an app as its edge sees it, which the label `proxy` names.
    private static let symptomsAtTheEdge = ["EdgeErrors", "EdgeQueueing", "CircuitOpen"]

    var rules: [ManifestValue] {
        [severities, burn] + stack.services.flatMap { burnAtTheEdge(of: $0) + outage(of: $0) }
    }

    private var severities: ManifestValue {
        [
            "source_matchers": ["severity = \"critical\""],
            "target_matchers": ["severity = \"warning\""],
            "equal": ["alertname", "service", "job", "instance", "proxy", "policy", "secret"],
        ]
    }

    /// A burnt budget says the same as errors, with more weight.
    private static let burnt: [ManifestValue] = ["alertname = \"SLOBurn\"", "severity = \"critical\""]

    private var burn: ManifestValue {
        [
            "source_matchers": .list(Self.burnt),
            "target_matchers": ["alertname = \"HighErrorRate\""],
            "equal": ["service"],
        ]
    }

    private func burnAtTheEdge(of service: Service) -> [ManifestValue] {
        guard case .app = service.kind, gone(service) != nil, isRouted(service.name) else { return [] }
        let rule: ManifestValue = [
            "source_matchers": .list(Self.burnt + ["service = \"\(service.name)\""]),
            "target_matchers": ["alertname = \"EdgeErrors\"", "proxy = \"\(service.name)\""],
        ]
        return [rule]
    }

    private func outage(of service: Service) -> [ManifestValue] {
        guard let alert = gone(service) else { return [] }
        let waiting = dependents(of: service.name)
        let cause: [ManifestValue] = ["alertname = \"\(alert)\"", "service = \"\(service.name)\""]
        return [
            Self.silence(over: Self.symptoms, of: "service", waiting, while: cause),
            Self.silence(
                over: Self.symptomsAtTheEdge,
                of: "proxy",
                ([service.name] + waiting).filter(isRouted),
                while: cause
            ),
        ].compactMap { $0 }
    }

    /// Nil where nobody has the symptoms.
    private static func silence(
        over alerts: [String],
        of label: String,
        _ names: [ServiceName],
        while cause: [ManifestValue]
    ) -> ManifestValue? {
        guard !names.isEmpty else { return nil }
        return [
            "source_matchers": .list(cause),
            "target_matchers": [
                .text("alertname =~ \"\(alerts.joined(separator: "|"))\""),
                .text("\(label) =~ \"\(names.map(\.text).joined(separator: "|"))\""),
                "severity = \"warning\"",
            ],
        ]
    }

    /// The alert that says that a service is down; nil where none does.
    private func gone(_ service: Service) -> String? {
        switch service.kind {
        case .app(let app): app.metrics == nil || service.watchesMachine ? nil : "APIDown"
        case .redis: "RedisDown"
        case .postgres: "PgDown"
        case .prometheus, .grafana, .edge, .exporter, .alertmanager: nil
        }
    }

    private func isRouted(_ name: ServiceName) -> Bool { !stack.edges(routingTo: name).isEmpty }

    /// The apps that wait for a service by `dependsOn`, however far away. A circle comes to its end.
    private func dependents(of name: ServiceName) -> [ServiceName] {
        var found: Set<ServiceName> = []
        var next: [ServiceName] = [name]
        while let current = next.popLast() {
            for service in stack.services where service.dependsOn.contains(current) {
                guard case .app = service.kind, found.insert(service.name).inserted else { continue }
                next.append(service.name)
            }
        }
        return found.subtracting([name]).sorted()
    }
}
