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
        let hosts = Set(edge.routes.compactMap(\.host))
        return Set(
            edge.routes.flatMap { route -> [[String?]] in
                let taken = edge.routes.filter { $0.stem == route.stem }.compactMap(\.host)
                let others: [String?] = route.host == nil ? Array(hosts.subtracting(taken)) : []
                let end = [route.stem.isEmpty ? "/" : route.stem, route.service.text]
                return ([route.host] + others).map { [$0] + end }
            }
        )
    }

    static func monitor(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let service = set.one("Service", object.name)
        let own = set.stack.services.first { $0.name.text == object.name }
        return Policy.need(object, "spec.endpoints.*.relabelings", is: [instance(of: own)])
            + Policy.need(object, "spec.jobLabel", is: "app.kubernetes.io/component")
            + Policy.need(object, "spec.selector.matchLabels", is: service?["spec"]?["selector"] ?? .absent)
            + Policy.need(
                object,
                "spec.endpoints.*.port",
                is: (service?.at("spec.ports.*.name").first ?? nil) ?? .absent
            )
            + Policy.need(object, "spec.endpoints.*.path", "a path") { $0.string?.hasPrefix("/") == true }
            + Policy.need(object, "spec.endpoints.*.interval", "a time") { $0.string?.hasSuffix("s") == true }
    }

    /// Each replica by the name of its pod; what there is one of by its own, and an exporter by what it watches.
    private static func instance(of service: Service?) -> ManifestValue {
        switch service?.kind {
        case .app: .sorted(["sourceLabels": ["__meta_kubernetes_pod_name"], "targetLabel": "instance"])
        case .exporter(let exporter): .sorted(["replacement": .text(exporter.service), "targetLabel": "instance"])
        default: .sorted(["replacement": .text(service?.name.text ?? ""), "targetLabel": "instance"])
        }
    }

    /// What the stack's own Prometheus evaluates, for this namespace, and the jobs and apps of the cluster.
    static func rule(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let groups = object["spec"]?["groups"]?.elements ?? []
        let jobs = groups.filter { $0["name"] == "backup-jobs" }
        let others = groups.filter { $0["name"] != "backup-jobs" && $0["name"] != "silent-apps" }.map {
            unscoped($0, set.stack)
        }
        let isSame = set.ruleGroups.isEmpty || Set(others) == set.ruleGroups
        return (isSame ? [] : ["other groups than in the files"]) + jobs.flatMap { backups($0, set) }
            + groups.filter { $0["name"] == "silent-apps" }.flatMap { silentApps($0, set) }
            + (jobs.isEmpty == set.stack.backups.isEmpty ? [] : ["nobody looks after the backups"])
    }

    private static func unscoped(_ group: ManifestValue, _ stack: Stack) -> ManifestValue {
        let namespace = stack.namespace ?? stack.name.text
        let rules = (group["rules"]?.elements ?? []).map { rule -> ManifestValue in
            let text = (rule["expr"]?.string ?? "").replacing("namespace=\"\(namespace)\",job=", with: "job=")
                .replacing("by (namespace, job", with: "by (job")
            let entries = (rule.entries ?? []).filter { $0.key != "expr" }
            return .map((entries + [.init("expr", .text(text))]).sorted { $0.key < $1.key })
        }
        return .sorted(["name": group["name"] ?? .absent, "rules": .list(rules)])
    }

    /// Two for each policy, with everything that the alerts of Slipway's own backups have.
    private static func backups(_ group: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let rules = group["rules"]?.elements ?? []
        var findings = set.stack.backups.flatMap { policy in
            ["BackupTooOld", "BackupFailed"].filter { name in
                !rules.contains { $0["alert"] == .text(name) && $0["labels"]?["policy"] == .text(policy.name) }
            }.map { "\(policy.name) has no \($0)" }
        }
        for rule in rules {
            findings += Policy.need(rule, alertKeys)
            if rule["alert"] == "BackupTooOld" { findings += Policy.need(rule, ["for"]) }
        }
        return findings
    }

    private static func silentApps(_ group: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let rules = group["rules"]?.elements ?? []
        let lacking = set.stack.silentApps.flatMap { app in
            ["APIDown", "CrashLooping"].filter { name in
                !rules.contains { $0["alert"] == .text(name) && $0["labels"]?["service"] == .text(app.name) }
            }.map { "\(app.name) has no \($0)" }
        }
        return lacking
            + rules.flatMap { rule in
                Policy.need(rule, alertKeys + ["annotations.command"] + (rule["alert"] == "APIDown" ? ["for"] : []))
            }
    }

    /// The runbook is that of the set.
    private static let alertKeys = [
        "expr", "labels.severity", "labels.service", "annotations.summary", "annotations.description",
        "annotations.runbook",
    ]
}
