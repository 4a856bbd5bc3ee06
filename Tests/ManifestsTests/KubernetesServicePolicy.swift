import Basics
import Manifests
import StackModel

/// What the checklist says of addresses and of the ways in.
enum KubernetesServicePolicy {
    private typealias Policy = KubernetesPolicy

    static func service(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let owner = set.one("Deployment", object.name) ?? set.one("StatefulSet", object.name)
        let own = owner?["spec"]?["selector"]?["matchLabels"] ?? .absent
        let port = owner?.podTemplate?.at("spec.containers.*.ports.*").first ?? nil
        var findings = Policy.need(object, "spec.selector", is: own) + Policy.need(object, "spec.type", is: "ClusterIP")
        let isHeadless = object["spec"]?["clusterIP"] == "None"
        if isHeadless != (owner?.kind == "StatefulSet") { findings.append("only a StatefulSet is headless") }
        findings += Policy.need(object, "spec.ports.*.name", is: port?["name"] ?? .absent)
        findings += Policy.need(object, "spec.ports.*.targetPort", is: port?["name"] ?? .absent)
        findings += Policy.need(object, "spec.ports.*.port", is: port?["containerPort"] ?? .absent)
        return findings + Policy.need(object, "spec.ports.*.protocol", is: "TCP")
    }

    static func ingress(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        guard let edge = edge(object.name, set) else { return ["nobody asked for it"] }
        var findings: [String] = []
        if object["spec"]?["ingressClassName"]?.string != set.stack.kubernetes?.ingressClass {
            findings.append("another class")
        }
        if object["spec"]?["tls"]?.elements.first?["secretName"]?.string != edge.tls?.certificate.text {
            findings.append("another certificate")
        }
        let hosts = Set(edge.routes.compactMap(\.host))
        if edge.tls != nil, Set(object.at("spec.tls.*.hosts.*").compactMap { $0?.string }) != hosts {
            findings.append("the certificate is for other hosts")
        }
        findings += Policy.need(object, "spec.rules.*.http.paths.*.pathType", is: "Prefix")
        let found = object.at("spec.rules.*").flatMap { rule in
            (rule?["http"]?["paths"]?.elements ?? []).map { path in
                [rule?["host"]?.string, path["path"]?.string, path["backend"]?["service"]?["name"]?.string]
            }
        }
        if Set(found) != routes(of: edge) { findings.append("other routes") }
        for backend in object.at("spec.rules.*.http.paths.*.backend.service") {
            let ports = set.one("Service", backend?["name"]?.string ?? "")?.at("spec.ports.*.name") ?? []
            if !ports.contains(backend?["port"]?["name"] ?? "none") { findings.append("a way that leads nowhere") }
        }
        return findings
    }

    static func route(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        guard let edge = edge(object["metadata"]?["labels"]?["app.kubernetes.io/instance"]?.string ?? "", set) else {
            return ["nobody asked for it"]
        }
        let gateway = set.stack.kubernetes?.gateway ?? ""
        var findings = Policy.need(object, "spec.parentRefs.*.name", is: .text(gateway))
        findings += Policy.need(object, "spec.rules.*.matches.*.path.type", is: "PathPrefix")
        let found = object.at("spec.rules.*").map { rule in
            [
                object["spec"]?["hostnames"]?.elements.first?.string,
                rule?.at("matches.*.path.value").first??.string, rule?.at("backendRefs.*.name").first??.string,
            ]
        }
        if found.isEmpty || !Set(found).isSubset(of: routes(of: edge)) { findings.append("other routes") }
        for backend in object.at("spec.rules.*.backendRefs.*") {
            let ports = set.one("Service", backend?["name"]?.string ?? "")?.at("spec.ports.*.port") ?? []
            if !ports.contains(backend?["port"] ?? "none") { findings.append("a way that leads nowhere") }
        }
        return findings
    }

    private static func edge(_ name: String, _ set: KubernetesObjects) -> Edge? {
        guard case .edge(let edge)? = set.stack.services.first(where: { $0.name.text == name })?.kind else {
            return nil
        }
        return edge
    }

    private static func routes(of edge: Edge) -> Set<[String?]> {
        Set(edge.routes.map { [$0.host, $0.stem.isEmpty ? "/" : $0.stem, $0.service.text] })
    }

    static func monitor(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let service = set.one("Service", object.name)
        return Policy.need(object, "spec.jobLabel", is: "app.kubernetes.io/component")
            + Policy.need(object, "spec.selector.matchLabels", is: service?["spec"]?["selector"] ?? .absent)
            + Policy.need(
                object,
                "spec.endpoints.*.port",
                is: (service?.at("spec.ports.*.name").first ?? nil) ?? .absent
            )
            + Policy.need(object, "spec.endpoints.*.path", "a path") { $0.string?.hasPrefix("/") == true }
            + Policy.need(object, "spec.endpoints.*.interval", "a time") { $0.string?.hasSuffix("s") == true }
    }

    /// What the stack's own Prometheus evaluates.
    static func rule(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        Policy.need(object, "spec.groups", "those of the files") { Set($0.elements) == set.ruleGroups }
    }
}
