import Basics
import Manifests
import StackModel

/// What the checklist says of a container's ports, probes, variables and mounts.
enum KubernetesContainerPolicy {
    static func check(_ container: ManifestValue, _ owner: ManifestValue, _ set: KubernetesObjects) -> [String] {
        mounts(of: container) + variables(of: container, set) + ports(of: container, owner, set)
            + (owner.kind == "CronJob" ? [] : probes(of: container, owner, set)) + command(of: container, owner, set)
    }

    /// What comes from outside is only read; what a mount may write is scratch or data.
    private static func mounts(of container: ManifestValue) -> [String] {
        (container["volumeMounts"]?.elements ?? []).flatMap { mount -> [String] in
            let isRead = ["config", "secrets", "scripts"].contains(mount["name"]?.string ?? "")
            return KubernetesPolicy.need(mount, ["name"])
                + KubernetesPolicy.need(mount, "mountPath", "a path") { $0.string?.hasPrefix("/") == true }
                + (mount["readOnly"]?.flag ?? false == isRead ? [] : ["a mount can be written, or cannot"])
        }
    }

    private static func variables(of container: ManifestValue, _ set: KubernetesObjects) -> [String] {
        let entries = container["env"]?.elements ?? []
        let names = entries.compactMap { $0["name"]?.string }
        var findings = names.count == Set(names).count && names.count == entries.count ? [] : ["names of variables"]
        let secrets = set.secrets
        for entry in entries {
            let reference = entry["valueFrom"]?["secretKeyRef"]
            let name = entry["name"]?.string ?? ""
            if let reference {
                let keys = secrets[reference["name"]?.string ?? ""] ?? []
                if !keys.contains(reference["key"]?.string ?? "") { findings.append("\(name) refers to no secret") }
            } else if entry["value"]?.string == nil {
                findings.append("\(name) has no value")
            }
            if CredentialName.isLikely(name), reference == nil, !name.hasSuffix("_FILE"),
                entry["value"]?.string?.contains("$(") != true
            {
                findings.append("\(name) looks like a secret")
            }
        }
        return findings + expected(of: container, names, set)
    }

    /// Every variable of the spec is there, and each that a text refers to stands before it.
    private static func expected(
        of container: ManifestValue,
        _ names: [String],
        _ set: KubernetesObjects
    ) -> [String] {
        guard case .app(let app)? = set.stack.services.first(where: { $0.name.text == container["name"]?.string })?.kind
        else { return [] }
        var findings = app.env.keys.filter { !names.contains($0) }.map { "the variable \($0) is missing" }
        for secret in Set(app.env.values.filter { $0.segments.count > 1 }.flatMap(\.secrets)) {
            let isUsed = app.env.values.contains {
                $0.segments.count > 1 && $0.segments.contains(.secret(secret, .value))
            }
            let part = "SECRET_" + secret.text.uppercased().replacing("-", with: "_")
            if isUsed, names.first.map({ !$0.hasPrefix("SECRET_") }) != false || !names.contains(part) {
                findings.append("\(part) is missing")
            }
        }
        return findings
    }

    private static func ports(
        of container: ManifestValue,
        _ owner: ManifestValue,
        _ set: KubernetesObjects
    ) -> [String] {
        let ports = container["ports"]?.elements ?? []
        let isReached = set.one("Service", owner.name) != nil
        guard isReached == !ports.isEmpty else { return ["a Service and a port belong together"] }
        return ports.flatMap { port in
            KubernetesPolicy.need(port, "name", "a short name") { (1...15).contains($0.string?.count ?? 0) }
                + KubernetesPolicy.need(port, ["containerPort"]) + KubernetesPolicy.need(port, "protocol", is: "TCP")
        }
    }

    /// Ready is another question than alive; each is asked at the one port there is, and never of another host. Where
    /// there is no port, only a program can be asked.
    private static func probes(
        of container: ManifestValue,
        _ owner: ManifestValue,
        _ set: KubernetesObjects
    ) -> [String] {
        let service = set.stack.services.first { $0.name.text == owner.name }
        let port = container["ports"]?.elements.first?["name"]
        guard port != nil || isAskedByProgram(service) else {
            return container["readinessProbe"] == nil ? [] : ["a probe asks nothing"]
        }
        var findings = ["readinessProbe"].filter { container[$0] == nil }.map { "no \($0)" }
        if needsLiveness(service), container["livenessProbe"] == nil { findings.append("no livenessProbe") }
        if needsStartup(service), container["startupProbe"] == nil { findings.append("no startupProbe") }
        for probe in ["readinessProbe", "livenessProbe", "startupProbe"].compactMap({ container[$0] }) {
            for key in ["periodSeconds", "timeoutSeconds", "failureThreshold"] {
                findings += KubernetesPolicy.need(probe, key, "a number") { ($0.number ?? 0) > 0 }
            }
            findings += handler(of: probe, port)
            findings += host(of: probe, service)
        }
        let ready = container["readinessProbe"].map(question)
        if let ready, container["livenessProbe"].map(question) == ready {
            findings.append("alive is the same as ready")
        }
        return findings
    }

    private static func question(_ probe: ManifestValue) -> [ManifestValue?] {
        [probe["httpGet"], probe["tcpSocket"], probe["exec"]]
    }

    private static func handler(of probe: ManifestValue, _ port: ManifestValue?) -> [String] {
        if let command = probe["exec"]?["command"] { return command.elements.isEmpty ? ["an empty command"] : [] }
        guard let port else { return ["a probe asks a port, and there is none"] }
        if let socket = probe["tcpSocket"] { return socket == ["port": port] ? [] : ["a probe asks another port"] }
        guard let get = probe["httpGet"], get["path"]?.string?.hasPrefix("/") == true, get["port"] == port,
            get["host"] == nil
        else { return ["a probe asks nothing, or somebody else"] }
        return []
    }

    /// What an app takes for a request of its own; no other program of ours looks at it.
    private static func host(of probe: ManifestValue, _ service: Service?) -> [String] {
        guard case .app(let app)? = service?.kind, let get = probe["httpGet"] else { return [] }
        let expected: ManifestValue = [
            .sorted(["name": "Host", "value": .text(app.health.host ?? "localhost")])
        ]
        return KubernetesPolicy.need(get, "httpHeaders", is: expected)
    }

    private static func needsLiveness(_ service: Service?) -> Bool {
        guard case .app(let app)? = service?.kind else { return true }
        return app.port != nil
            && (app.health.liveness != nil || app.health.readiness != nil || app.health.command != nil)
    }

    private static func isAskedByProgram(_ service: Service?) -> Bool {
        guard case .app(let app)? = service?.kind else { return false }
        return app.health.command != nil
    }

    private static func needsStartup(_ service: Service?) -> Bool {
        switch service?.kind {
        case .app: needsLiveness(service)
        case .postgres, .prometheus, .grafana: true
        default: false
        }
    }

    /// What an app runs is what the spec says, word for word.
    private static func command(
        of container: ManifestValue,
        _ owner: ManifestValue,
        _ set: KubernetesObjects
    ) -> [String] {
        guard case .app(let app)? = set.stack.services.first(where: { $0.name.text == owner.name })?.kind else {
            return []
        }
        let words = app.command.map { word in
            word.resolved { segment in
                switch segment {
                case .port: app.port.map(String.init) ?? ""
                case .host: "0.0.0.0"
                case .mount(let name): app.volumes?.first { $0.name == name }?.path ?? ""
                default: ""
                }
            }
        }
        let farewell = app.port == nil ? nil : container.at("lifecycle.preStop.sleep.seconds").first ?? nil
        return ((container["command"] ?? .list([])).elements.map(\.string) == words ? [] : ["it runs something else"])
            + (app.port == nil || (farewell?.number ?? 0) >= 5 ? [] : ["it ends before it is forgotten"])
    }
}
