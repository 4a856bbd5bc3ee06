import Basics
import Manifests
import StackModel

/// What the checklist says of every pod.
enum KubernetesPodPolicy {
    static func check(_ owner: ManifestValue, _ set: KubernetesObjects) -> [String] {
        guard let template = owner.podTemplate, let pod = template["spec"] else { return ["it has no pod"] }
        let labels = template["metadata"]?["labels"] ?? .absent
        return KubernetesPolicy.labels(labels, of: owner, in: set)
            + security(of: pod) + identity(of: pod, owner, set) + volumes(of: pod, owner, set)
            + (pod["containers"]?.elements ?? []).flatMap { container($0, of: pod, owner, set) }
    }

    private static let volumeKinds: Set = ["projected", "emptyDir", "persistentVolumeClaim"]

    private static func security(of pod: ManifestValue) -> [String] {
        var findings: [String] = []
        for key in ["runAsUser", "runAsGroup", "fsGroup"] {
            findings += KubernetesPolicy.need(pod, "securityContext.\(key)", "10000 or more") {
                ($0.number ?? 0) >= 10_000
            }
        }
        findings += KubernetesPolicy.need(pod, "securityContext.runAsNonRoot", is: true)
        findings += KubernetesPolicy.need(pod, "securityContext.seccompProfile.type", is: "RuntimeDefault")
        findings += KubernetesPolicy.need(pod, "securityContext.fsGroupChangePolicy", is: "OnRootMismatch")
        for key in ["hostNetwork", "hostPID", "hostIPC"] where pod[key] != nil { findings.append("\(key) is set") }
        return findings
    }

    private static func identity(of pod: ManifestValue, _ owner: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let name = pod["serviceAccountName"]?.string ?? ""
        let asks = set.one("Role", owner.name) != nil
        var findings = KubernetesPolicy.need(pod, "automountServiceAccountToken", is: .boolean(asks))
        if name != owner.name || set.one("ServiceAccount", name) == nil { findings.append("it is nobody of its own") }
        findings += KubernetesPolicy.need(pod, "enableServiceLinks", is: false)
        let part = pod.at("containers.*.image").first??.string ?? ""
        let holdsData =
            owner.kind == "StatefulSet" && ["library/redis:", "library/postgres:"].contains { part.contains($0) }
        if pod["priorityClassName"]?.string != (holdsData ? set.stack.kubernetes?.priorityClass : nil) {
            findings.append("another priority")
        }
        return findings
            + KubernetesPolicy.need(pod, "terminationGracePeriodSeconds", "long enough") {
                ($0.number ?? 0) >= Self.grace(of: owner, pod, set)
            }
    }

    /// The farewell, the drain and the stop, for an app; time to write the data for what keeps some.
    private static func grace(of owner: ManifestValue, _ pod: ManifestValue, _ set: KubernetesObjects) -> Int {
        guard let service = set.stack.services.first(where: { $0.name.text == owner.name }) else { return 30 }
        guard case .app(let app) = service.kind else { return service.keepsData ? 15 : 10 }
        let farewell = pod.at("containers.*.lifecycle.preStop.sleep.seconds").first??.number ?? 0
        let stop = (app.stop?.grace.milliseconds ?? 15_000) / 1000
        return farewell + service.rollout.drain.milliseconds / 1000 + stop
    }

    private static func volumes(of pod: ManifestValue, _ owner: ManifestValue, _ set: KubernetesObjects) -> [String] {
        var findings: [String] = []
        for volume in pod["volumes"]?.elements ?? [] {
            let kinds = (volume.entries ?? []).map(\.key).filter { $0 != "name" }
            if kinds.count != 1 || !kinds.allSatisfy(volumeKinds.contains) { findings.append("a volume is \(kinds)") }
            if volume["name"] == nil { findings.append("a volume has no name") }
            findings += source(of: volume, set)
        }
        let mounted = Set(pod.at("containers.*.volumeMounts").flatMap { $0?.elements ?? [] }.compactMap { $0["name"] })
        let claims = owner.at("spec.volumeClaimTemplates.*.metadata.name").compactMap { $0 }
        let provided = (pod["volumes"]?.elements ?? []).compactMap { $0["name"] } + claims
        if mounted != Set(provided) || provided.count != Set(provided).count {
            findings.append("volumes and mounts differ")
        }
        return findings
    }

    private static func source(of volume: ManifestValue, _ set: KubernetesObjects) -> [String] {
        if let claim = volume["persistentVolumeClaim"] {
            let name = claim["claimName"]?.string ?? ""
            return set.one("PersistentVolumeClaim", name) == nil ? ["the claim \(name) does not exist"] : []
        }
        if volume["emptyDir"] != nil { return scratch(volume) }
        var findings = KubernetesPolicy.need(volume, "projected.defaultMode", "readable by the group") {
            ($0.number ?? 0) & 0o040 != 0
        }
        let sources = volume["projected"]?["sources"]?.elements ?? []
        if sources.isEmpty { findings.append("nothing is projected") }
        for source in sources {
            findings += projection(source["configMap"], set.configMaps)
            findings += projection(source["secret"], set.secrets)
            if source["configMap"] == nil, source["secret"] == nil { findings.append("a source of nothing") }
        }
        return findings
    }

    private static func scratch(_ volume: ManifestValue) -> [String] {
        let isShared = volume["name"] == "shared-memory"
        return KubernetesPolicy.need(volume, "emptyDir.sizeLimit", "a size") { $0.string?.hasSuffix("Mi") == true }
            + (isShared ? KubernetesPolicy.need(volume, "emptyDir.medium", is: "Memory") : [])
    }

    private static func projection(_ source: ManifestValue?, _ generated: [String: Set<String>]) -> [String] {
        guard let source else { return [] }
        let name = source["name"]?.string ?? ""
        let items = source["items"]?.elements ?? []
        guard let keys = generated[name], !items.isEmpty else {
            return ["\(name) is not generated, or nothing of it used"]
        }
        let used = items.compactMap { $0["key"]?.string }
        let isWhole = Set(used) == keys && items.allSatisfy { $0["path"]?.string?.isEmpty == false }
        return isWhole ? [] : ["\(name) has other keys than are used, or an item has no path"]
    }

    private static func container(
        _ container: ManifestValue,
        of pod: ManifestValue,
        _ owner: ManifestValue,
        _ set: KubernetesObjects
    ) -> [String] {
        var findings = KubernetesPolicy.need(container, "name", "called like its workload") {
            $0 == .text(owner.kind == "CronJob" ? "backup" : owner.name)
        }
        findings += KubernetesPolicy.need(container, "image", "pinned") { image in
            let file = (image.string ?? "").split(separator: "/").last ?? ""
            return file.contains(":") && !file.hasSuffix(":latest")
        }
        findings += KubernetesPolicy.need(container, "imagePullPolicy", is: "Always")
        findings += KubernetesPolicy.need(container, "securityContext.allowPrivilegeEscalation", is: false)
        findings += KubernetesPolicy.need(container, "securityContext.readOnlyRootFilesystem", is: true)
        findings += KubernetesPolicy.need(container, "securityContext.capabilities.drop", is: ["ALL"])
        if container["securityContext"]?["privileged"] != nil { findings.append("privileged is set") }
        for kind in ["requests", "limits"] {
            findings += KubernetesPolicy.need(
                container,
                ["cpu", "memory", "ephemeral-storage"].map { "resources.\(kind).\($0)" }
            )
        }
        return findings + KubernetesContainerPolicy.check(container, owner, set)
    }
}
