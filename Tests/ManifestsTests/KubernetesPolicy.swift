import Basics
import Manifests
import StackModel

/// The manifest checklist as rules. Each looks at one object, and at the set where the object refers to others.
struct KubernetesPolicy {
    typealias Check = (_ object: ManifestValue, _ set: KubernetesObjects) -> [String]

    /// What every field of a path has to be: there, when nothing else is said.
    static func need(_ object: ManifestValue, _ paths: [String]) -> [String] {
        paths.filter { object.at($0).contains(nil) }.map { "\($0) is missing" }
    }

    static func need(
        _ object: ManifestValue,
        _ path: String,
        _ meaning: String,
        where isRight: (ManifestValue) -> Bool
    ) -> [String] {
        object.at(path).allSatisfy { $0.map(isRight) ?? false } ? [] : ["\(path) is not \(meaning)"]
    }

    static func need(_ object: ManifestValue, _ path: String, is value: ManifestValue) -> [String] {
        need(object, path, "\(value)") { $0 == value }
    }

    /// Everything that is wrong with one object of the set.
    static func findings(_ object: ManifestValue, in set: KubernetesObjects) -> [String] {
        var findings = general(object, set)
        for check in checks(of: object.kind) { findings += check(object, set) }
        return findings.map { "\(object.kind) \(object.name): \($0)" }
    }

    /// As far as the first object that something is wrong with.
    static func findings(in set: KubernetesObjects) -> [String] {
        for object in set.objects {
            let findings = findings(object, in: set)
            if !findings.isEmpty { return findings }
        }
        return KubernetesKustomizationPolicy.findings(set)
    }

    private static func checks(of kind: String) -> [Check] {
        switch kind {
        case "Deployment": [KubernetesWorkloadPolicy.deployment, KubernetesPodPolicy.check]
        case "StatefulSet": [KubernetesWorkloadPolicy.statefulSet, KubernetesPodPolicy.check]
        case "CronJob": [KubernetesWorkloadPolicy.cronJob, KubernetesPodPolicy.check]
        case "Service": [KubernetesServicePolicy.service]
        case "Ingress": [KubernetesServicePolicy.ingress]
        case "HTTPRoute": [KubernetesServicePolicy.route]
        case "HorizontalPodAutoscaler": [KubernetesWorkloadPolicy.autoscaler]
        case "PodDisruptionBudget": [KubernetesWorkloadPolicy.budget]
        case "NetworkPolicy": [KubernetesNetworkPolicy.check]
        case "ServiceAccount", "Role", "RoleBinding": [KubernetesIdentityPolicy.check]
        case "PersistentVolumeClaim": [KubernetesWorkloadPolicy.claim]
        case "Namespace": [KubernetesIdentityPolicy.namespace]
        case "ServiceMonitor": [KubernetesServicePolicy.monitor]
        case "PrometheusRule": [KubernetesServicePolicy.rule]
        default: [{ object, _ in ["\(object.kind) is not a kind that the policy knows"] }]
        }
    }

    private static let versions = [
        "Deployment": "apps/v1", "StatefulSet": "apps/v1", "CronJob": "batch/v1", "PodDisruptionBudget": "policy/v1",
        "HorizontalPodAutoscaler": "autoscaling/v2", "NetworkPolicy": "networking.k8s.io/v1",
        "Ingress": "networking.k8s.io/v1", "HTTPRoute": "gateway.networking.k8s.io/v1",
        "Role": "rbac.authorization.k8s.io/v1", "RoleBinding": "rbac.authorization.k8s.io/v1",
        "ServiceMonitor": "monitoring.coreos.com/v1", "PrometheusRule": "monitoring.coreos.com/v1",
    ]

    /// Stable versions, a name, and labels that say what it is and whose.
    private static func general(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        var findings = need(object, "apiVersion", is: .text(versions[object.kind] ?? "v1"))
        if object.name.isEmpty { findings.append("metadata.name is missing") }
        guard let labels = object["metadata"]?["labels"] else { return findings + ["metadata.labels is missing"] }
        return findings + self.labels(labels, of: object, in: set)
    }

    /// What belongs to all of the stack has two labels, everything else five, and the version where it is known.
    static func labels(_ labels: ManifestValue, of object: ManifestValue, in set: KubernetesObjects) -> [String] {
        var expected: [String: String] = [
            "app.kubernetes.io/part-of": set.stack.name.text, "app.kubernetes.io/managed-by": "slipway",
        ]
        let isGeneral = object.kind == "Namespace" || ["default-deny", "allow-dns", "gateway"].contains(object.name)
        if !isGeneral {
            expected["app.kubernetes.io/instance"] =
                object.kind == "HTTPRoute"
                ? labels["app.kubernetes.io/instance"]?.string
                // A claim of an app is called after both.
                : object.name.split(separator: ".").first.map(String.init)
        }
        var findings = expected.filter { labels[$0.key]?.string != $0.value }.map { "the label \($0.key) is wrong" }
        if !isGeneral {
            for key in ["name", "component", "instance"] where labels["app.kubernetes.io/\(key)"] == nil {
                findings.append("the label \(key) is missing")
            }
            findings += version(labels, of: object, in: set)
        }
        return findings
    }

    /// All objects of a workload say the version that its image has.
    private static func version(
        _ labels: ManifestValue,
        of object: ManifestValue,
        in set: KubernetesObjects
    ) -> [String] {
        let name = labels["app.kubernetes.io/instance"]?.string ?? ""
        let pod = set.pods.first { $0.owner.name == name && $0.owner.kind != "Ingress" }?.template
        guard let image = pod?.at("spec.containers.*.image").first??.string else { return [] }
        let file = image.split(separator: "@")[0].split(separator: "/").last ?? ""
        let tag = file.split(separator: ":").dropFirst().first.map(String.init)
        return labels["app.kubernetes.io/version"]?.string == tag ? [] : ["the label version is not \(tag ?? "absent")"]
    }
}
