import Basics
import Manifests
import StackModel

/// What the checklist says of workloads, and of what scales, protects and stores for them.
enum KubernetesWorkloadPolicy {
    private typealias Policy = KubernetesPolicy

    static func deployment(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let autoscaler = set.one("HorizontalPodAutoscaler", object.name)
        var findings = selector(of: object)
        let isFixed = object["spec"]?["replicas"]?.number != nil
        if isFixed != (autoscaler == nil) { findings.append("the number of replicas has no owner, or two") }
        for key in ["revisionHistoryLimit", "minReadySeconds", "progressDeadlineSeconds"] {
            findings += Policy.need(object, "spec.\(key)", "a number") { $0.number != nil }
        }
        if number(object, "progressDeadlineSeconds") <= number(object, "minReadySeconds") {
            findings.append("the deadline ends before a replica can count")
        }
        return findings + strategy(of: object) + company(of: object, autoscaler, set) + storage(of: object, set)
    }

    /// Every volume of the app is claimed and mounted where the spec says, and one for one pod has never two.
    private static func storage(of object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        guard case .app(let app)? = set.stack.services.first(where: { $0.name.text == object.name })?.kind else {
            return []
        }
        let pod = object.podTemplate?["spec"]
        var findings: [String] = []
        for volume in app.volumes ?? [] {
            let claim = set.one("PersistentVolumeClaim", "\(object.name).\(volume.name)")
            let name = (pod?["volumes"]?.elements ?? [])
                .first { $0["persistentVolumeClaim"]?["claimName"]?.string == claim?.name }?["name"]
            let mounts = pod?.at("containers.*.volumeMounts").flatMap { $0?.elements ?? [] } ?? []
            let mount = mounts.first { $0["name"] == name }
            if mount?["mountPath"]?.string != volume.path { findings.append("\(volume.name) is not at its place") }
            if claim?.at("spec.accessModes.*") == ["ReadWriteOnce"], object["spec"]?["strategy"]?["type"] != "Recreate"
            {
                findings.append("two pods could want \(volume.name)")
            }
        }
        return findings
    }

    private static func number(_ object: ManifestValue, _ key: String) -> Int { object["spec"]?[key]?.number ?? 0 }

    private static func strategy(of object: ManifestValue) -> [String] {
        let strategy = object["spec"]?["strategy"]
        if strategy?["type"] == "Recreate" { return [] }
        return Policy.need(object, "spec.strategy.type", is: "RollingUpdate")
            + Policy.need(object, ["maxSurge", "maxUnavailable"].map { "spec.strategy.rollingUpdate.\($0)" })
    }

    /// Several replicas keep apart from each other, and go one at a time.
    private static func company(
        of object: ManifestValue,
        _ autoscaler: ManifestValue?,
        _ set: KubernetesObjects
    ) -> [String] {
        guard autoscaler != nil || number(object, "replicas") > 1 else { return [] }
        let pod = object.at("spec.template.spec").first ?? nil
        let terms = "affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution.*"
        let spread = "topologySpreadConstraints.*"
        let own = object["spec"]?["selector"]?["matchLabels"] ?? .absent
        let findings = pod.map { pod in
            Policy.need(pod, "\(terms).weight", "a weight") { (1...100).contains($0.number ?? 0) }
                + Policy.need(pod, "\(terms).podAffinityTerm.topologyKey", is: "kubernetes.io/hostname")
                + Policy.need(pod, "\(terms).podAffinityTerm.labelSelector.matchLabels", is: own)
                + Policy.need(pod, "\(spread).maxSkew", "1 or more") { ($0.number ?? 0) >= 1 }
                + Policy.need(pod, "\(spread).topologyKey", is: "topology.kubernetes.io/zone")
                + Policy.need(pod, "\(spread).whenUnsatisfiable", is: "ScheduleAnyway")
                + Policy.need(pod, "\(spread).labelSelector.matchLabels", is: own)
        }
        let isProtected = set.one("PodDisruptionBudget", object.name) != nil
        return (findings ?? []) + (isProtected ? [] : ["nothing keeps it from being evicted whole"])
    }

    static func statefulSet(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let address = set.one("Service", object["spec"]?["serviceName"]?.string ?? "")
        var findings = selector(of: object)
        if address?["spec"]?["clusterIP"] != "None" { findings.append("it has no headless Service") }
        for key in ["replicas", "revisionHistoryLimit", "minReadySeconds"] {
            findings += Policy.need(object, "spec.\(key)", "a number") { $0.number != nil }
        }
        findings += Policy.need(object, "spec.updateStrategy.type", is: "RollingUpdate")
        for key in ["whenDeleted", "whenScaled"] {
            findings += Policy.need(object, "spec.persistentVolumeClaimRetentionPolicy.\(key)", is: "Retain")
        }
        let own = object["spec"]?["selector"]?["matchLabels"] ?? .absent
        findings += Policy.need(object, "spec.volumeClaimTemplates.*.metadata.labels", is: own)
        findings += Policy.need(object, "spec.volumeClaimTemplates.*.metadata.name", is: "data")
        for template in object.at("spec.volumeClaimTemplates.*") {
            findings += template.map { claim($0, set) } ?? ["it keeps nothing"]
        }
        return findings
    }

    static func claim(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let storageClass = set.stack.kubernetes?.storageClass
        let user = set.one("Deployment", object.name.split(separator: ".").first.map(String.init) ?? "")
        let isShared =
            set.one("HorizontalPodAutoscaler", user?.name ?? "") != nil
            || user.map { number($0, "replicas") > 1 } ?? false
        return Policy.need(object, "spec.accessModes", is: [isShared ? "ReadWriteMany" : "ReadWriteOnce"])
            + Policy.need(object, "spec.resources.requests.storage", "a size") { $0.string?.hasSuffix("i") == true }
            + (object["spec"]?["storageClassName"]?.string == storageClass ? [] : ["another class of storage"])
    }

    /// Two labels that never change, and that its own pods have.
    private static func selector(of object: ManifestValue) -> [String] {
        let labels = object.podTemplate?["metadata"]?["labels"]
        let selector = object["spec"]?["selector"]?["matchLabels"]?.entries ?? []
        let isOwn = selector.allSatisfy { labels?[$0.key] == $0.value } && selector.count == 2
        return isOwn ? [] : ["it selects something else"]
    }

    static func cronJob(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let job = "spec.jobTemplate.spec"
        var findings = Policy.need(object, "spec.schedule", "five fields") {
            ($0.string ?? "").split(separator: " ").count == 5
        }
        findings += Policy.need(object, "spec.timeZone", is: "Etc/UTC")
        findings += Policy.need(object, "spec.concurrencyPolicy", is: "Forbid")
        let numbers = ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"]
        for path in numbers.map({ "spec.\($0)" }) + ["\(job).backoffLimit", "\(job).activeDeadlineSeconds"] {
            findings += Policy.need(object, path, "a number") { ($0.number ?? 0) > 0 }
        }
        findings += Policy.need(object, "\(job).template.spec.restartPolicy", is: "Never")
        if let labels = object.at("spec.jobTemplate.metadata.labels").first ?? nil {
            findings += Policy.labels(labels, of: object, in: set)
        } else {
            findings.append("its jobs have no labels")
        }
        let mounts = object.at("\(job).template.spec.containers.*.volumeMounts.*.mountPath")
        return findings + (mounts.contains("/backups") ? [] : ["it stores nothing that remains"])
    }

    static func autoscaler(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let target = object["spec"]?["scaleTargetRef"]
        var findings = set.one("Deployment", object.name) == nil ? ["nothing to scale"] : []
        if target != .sorted(["apiVersion": "apps/v1", "kind": "Deployment", "name": .text(object.name)]) {
            findings.append("it scales something else")
        }
        findings += Policy.need(object, "spec.minReplicas", "2 or more") { ($0.number ?? 0) >= 2 }
        findings += Policy.need(object, "spec.maxReplicas", "more than the least") {
            ($0.number ?? 0) > number(object, "minReplicas")
        }
        for (direction, window) in [("scaleUp", 0), ("scaleDown", 300)] {
            let path = "spec.behavior.\(direction)"
            findings += Policy.need(object, "\(path).stabilizationWindowSeconds", is: .integer(window))
            findings += Policy.need(object, "\(path).selectPolicy", is: "Max")
            findings += Policy.need(object, "\(path).policies.*.type", "Pods or Percent") {
                ["Pods", "Percent"].contains($0)
            }
            for key in ["value", "periodSeconds"] {
                findings += Policy.need(object, "\(path).policies.*.\(key)", "a number") { ($0.number ?? 0) > 0 }
            }
        }
        return findings + metrics(of: object, set)
    }

    /// Exactly those of the spec.
    private static func metrics(of object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        guard case .app(let app)? = set.stack.services.first(where: { $0.name.text == object.name })?.kind,
            let autoscale = app.autoscale
        else { return ["nobody asked for it"] }
        let wanted = [("memory", autoscale.memory), ("cpu", autoscale.cpu)].compactMap { name, share in
            share.map { share -> ManifestValue in
                .sorted([
                    "type": "ContainerResource",
                    "containerResource": .sorted([
                        "container": .text(object.name),
                        "name": .text(name),
                        "target": .sorted([
                            "averageUtilization": .integer(share.thousandths / 1000), "type": "Utilization",
                        ]),
                    ]),
                ])
            }
        }
        return object["spec"]?["metrics"]?.elements == wanted ? [] : ["it looks at something else"]
    }

    static func budget(_ object: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let selector = set.one("Deployment", object.name)?["spec"]?["selector"] ?? .absent
        return Policy.need(object, "spec.maxUnavailable", is: 1)
            + Policy.need(object, "spec.unhealthyPodEvictionPolicy", is: "AlwaysAllow")
            + Policy.need(object, "spec.selector", is: selector)
    }
}
