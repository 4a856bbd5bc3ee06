import StackModel

enum NamespaceObject {
    /// The oldest release of Kubernetes that knows every field that is rendered (a preStop `sleep`, the retention of
    /// claims). Pinned: what it admits changes only when the manifests do.
    static let policyVersion = "v1.34"

    static func object(_ stack: Stack) -> ManifestValue {
        var labels: [ManifestValue.Entry] = [
            .init("app.kubernetes.io/part-of", .text(stack.name)),
            .init("app.kubernetes.io/managed-by", "slipway"),
        ]
        for mode in ["enforce", "audit", "warn"] {
            labels.append(.init("pod-security.kubernetes.io/\(mode)", .text(stack.podSecurity)))
            labels.append(.init("pod-security.kubernetes.io/\(mode)-version", .text(policyVersion)))
        }
        return [
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": ["name": .text(stack.clusterNamespace), "labels": .map(labels)],
        ]
    }
}

extension Stack {
    /// Its own, called like the stack unless the environment names one.
    var clusterNamespace: String { namespace ?? name.text }

    /// The strictest Pod Security Standard that admits every pod. It holds for the namespace, so one app decides.
    fileprivate var podSecurity: String {
        services.allSatisfy { $0.security?.isRestricted ?? true } ? "restricted" : "baseline"
    }
}
