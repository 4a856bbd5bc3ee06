import Basics
import StackModel

extension LoadedSpec {
    /// With a warning where alerts are raised and wake nobody, or where nobody would raise one. An operator's Prometheus
    /// tells others.
    package func tellingOfSilence() -> LoadedSpec {
        guard let stack = judged, let root, let prometheus = stack.services.first(where: \.isPrometheus) else {
            return self
        }
        let contacts = stack.contacts ?? []
        guard contacts.contains(where: { $0.severities.contains(.critical) }) else {
            return adding([untold(contacts.isEmpty ? ["services", prometheus.name.text] : ["contacts"], in: root)])
        }
        return adding(stack.unwatchedApps.map { unwatched($0, in: root, stack.engine) })
    }

    private func untold(_ path: [String], in root: SpecNode) -> Diagnostic {
        let isEmpty = path != ["contacts"]
        return Diagnostic(
            .warning,
            at: source.location(root.place(path)),
            isEmpty
                ? "nobody is told of alerts: the stack has no contacts"
                : "nobody is told of critical alerts: no contact has that severity",
            suggestion: isEmpty
                ? "Add `contacts`: `slipway explain contacts` shows how."
                : "Add `critical` to the `severities` of one of them."
        )
    }

    private func unwatched(_ service: Service, in root: SpecNode, _ engine: EngineKind) -> Diagnostic {
        let other =
            engine == .kubernetes
            ? " Or, where the cluster has one, `kubernetes: {prometheusOperator: true}` under the environment." : ""
        return Diagnostic(
            .warning,
            at: source.location(root.place("services", service.name.text)),
            "nobody is told when \(service.name) is down: it shows no figures",
            suggestion: "Let it show them, and give it `port` and `metrics`.\(other)"
        )
    }
}
