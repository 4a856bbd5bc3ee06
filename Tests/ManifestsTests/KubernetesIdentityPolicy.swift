import Basics
import Manifests
import StackModel

/// What the checklist says of rights, of the namespace, and of what kustomize makes.
enum KubernetesIdentityPolicy {
    private typealias Policy = KubernetesPolicy

    static func check(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        switch object.kind {
        case "Role": role(object)
        case "RoleBinding": binding(object, set)
        default: Policy.need(object, "automountServiceAccountToken", is: false)
        }
    }

    /// Nothing but reading, nothing of anybody's secrets, no wildcard; and all that discovery needs.
    private static func role(_ object: ManifestValue) -> [String] {
        let reading: Set = ["get", "list", "watch"]
        var found: Set<String> = []
        for rule in object["rules"]?.elements ?? [] {
            guard Set((rule["verbs"]?.elements ?? []).compactMap(\.string)) == reading else { return ["other verbs"] }
            let group = rule["apiGroups"]?.elements.first?.string ?? "none"
            for resource in rule["resources"]?.elements ?? [] { found.insert("\(group)/\(resource.string ?? "")") }
        }
        let needed: Set = ["/pods"]
        return found == needed ? [] : ["other resources: \(found.sorted())"]
    }

    private static func binding(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let reference: ManifestValue = .sorted([
            "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": .text(object.name),
        ])
        let subject: ManifestValue = .sorted([
            "kind": "ServiceAccount", "name": .text(object.name),
            "namespace": set.all("Namespace")[0]["metadata"]?["name"] ?? .absent,
        ])
        return Policy.need(object, "roleRef", is: reference) + Policy.need(object, "subjects", is: [subject])
            + (set.one("Role", object.name) == nil ? ["no such role"] : [])
    }

    static func namespace(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let labels = object["metadata"]?["labels"]
        return ["enforce", "audit", "warn"].flatMap { mode -> [String] in
            let version = labels?["pod-security.kubernetes.io/\(mode)-version"]?.string ?? ""
            return (labels?["pod-security.kubernetes.io/\(mode)"] == "restricted" ? [] : ["\(mode) is not restricted"])
                + (version.hasPrefix("v1.") ? [] : ["the version to \(mode) is not pinned"])
        } + (object.name == (set.stack.namespace ?? set.stack.name.text) ? [] : ["another namespace"])
    }
}

enum KubernetesKustomizationPolicy {
    static func findings(_ set: KubernetesObjects) -> [String] {
        let object = set.kustomization
        var findings = KubernetesPolicy.need(object, "generatorOptions.immutable", is: true)
        findings += KubernetesPolicy.need(
            object,
            "namespace",
            is: set.all("Namespace").first?["metadata"]?["name"] ?? .absent
        )
        findings += KubernetesPolicy.need(object, "apiVersion", is: "kustomize.config.k8s.io/v1beta1")
        findings += KubernetesPolicy.need(object, "kind", is: "Kustomization")
        findings += KubernetesPolicy.need(object, "resources", "every file of objects") {
            Set($0.elements.compactMap(\.string)) == set.files
        }
        let generators = ["configMapGenerator", "secretGenerator"].filter { object[$0] != nil }
        findings += KubernetesPolicy.need(object, generators.map { "\($0).*.name" })
        let used = Set(set.pods.flatMap { references(in: $0.template) })
        let made = Set(set.secrets.keys).union(set.configMaps.keys)
        return findings + used.symmetricDifference(made).map { "\($0) is made and not used, or used and not made" }
    }

    private static func references(in template: ManifestValue) -> [String] {
        let paths = [
            "spec.volumes.*.projected.sources.*.configMap.name", "spec.volumes.*.projected.sources.*.secret.name",
            "spec.containers.*.env.*.valueFrom.secretKeyRef.name",
        ]
        return paths.flatMap { template.at($0) }.compactMap { $0?.string }
    }
}
