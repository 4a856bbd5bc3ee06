import Basics
import StackModel

/// What is different in one service between two releases.
struct ServiceChanges {
    let name: ServiceName
    let old: Service
    let new: Service
    let oldTemplate: ReplicaTemplate?
    let newTemplate: ReplicaTemplate?
    let oldAddress: Address?
    let newAddress: Address?

    var lines: [String] {
        let found = common + kind + template
        if found.isEmpty, old != new || withoutSecrets(oldTemplate) != withoutSecrets(newTemplate) {
            return ["\(name): settings changed"]
        }
        return found
    }

    /// Versions of secrets have lines of their own.
    private func withoutSecrets(_ template: ReplicaTemplate?) -> ReplicaTemplate? {
        var template = template
        template?.secrets = [:]
        return template
    }

    private var common: [String] {
        var lines: [String] = []
        if old.replicas != new.replicas {
            lines.append("\(name): \(old.replicas) -> \(new.replicas) replica\(new.replicas == 1 ? "" : "s")")
        }
        lines += change("cpu", old.resources.cpu, new.resources.cpu)
        lines += change("memory", old.resources.memory, new.resources.memory)
        lines += change("storage", old.storage, new.storage)
        lines += change("address", oldAddress, newAddress)
        if old.dependsOn != new.dependsOn { lines.append("\(name): dependencies changed") }
        if old.rollout != new.rollout { lines.append("\(name): rollout changed") }
        return lines
    }

    private var kind: [String] {
        switch (old.kind, new.kind) {
        case (.app(let old), .app(let new)): app(old, new)
        case (.redis(let old), .redis(let new)):
            change("version", old.version, new.version) + change("maxmemory", old.memory, new.memory)
        case (.postgres(let old), .postgres(let new)):
            change("version", old.version, new.version) + change("database", old.database, new.database)
        case (.prometheus(let old), .prometheus(let new)): change("retention", old.retention, new.retention)
        case (.edge(let old), .edge(let new)):
            change("listen", old.listen, new.listen) + (old.routes == new.routes ? [] : ["\(name): routes changed"])
        case (.grafana, .grafana): []
        default: ["\(name): \(old.kind.word) -> \(new.kind.word)"]
        }
    }

    private func app(_ old: App, _ new: App) -> [String] {
        var lines = change("image", old.image, new.image)
        if old.command != new.command { lines.append("\(name): command changed") }
        lines += change("port", old.port, new.port)
        if old.health != new.health { lines.append("\(name): health checks changed") }
        lines += change("user", old.user, new.user)
        if old.stop != new.stop { lines.append("\(name): stop changed") }
        lines += change("metrics", old.metrics, new.metrics)
        lines += volumes(old.volumes ?? [], new.volumes ?? [])
        for variable in Set(old.env.keys).union(new.env.keys).sorted() {
            lines += environment(variable, old.env[variable], new.env[variable])
        }
        return lines
    }

    private func volumes(_ old: [AppVolume], _ new: [AppVolume]) -> [String] {
        Set((old + new).map(\.name)).sorted().compactMap { volume in
            let (before, after) = (old.first { $0.name == volume }, new.first { $0.name == volume })
            guard before != after else { return nil }
            guard after != nil else { return "\(name): volume \(volume) no longer there, its data stays" }
            return "\(name): volume \(volume) \(before == nil ? "is new" : "changed")"
        }
    }

    private func environment(_ variable: String, _ old: Template?, _ new: Template?) -> [String] {
        guard old != new else { return [] }
        let key = "\(name).env.\(variable)"
        guard let old else { return ["\(key): new"] }
        guard let new else { return ["\(key): no longer there"] }
        let texts = [old.source, new.source]
        let isQuiet = isHandedOn(variable) || CredentialName.isLikely(variable)
        guard !isQuiet, !texts.contains(where: Self.isLikelyCredential) else { return ["\(key): changed"] }
        return ["\(key): \(texts[0]) -> \(texts[1])"]
    }

    /// The value came from the caller's environment, now or before.
    private func isHandedOn(_ variable: String) -> Bool {
        [old, new].contains { service in
            guard case .app(let app) = service.kind else { return false }
            return app.handedOn?.contains(variable) == true
        }
    }

    /// A value with a user and a password in it, or so long that it says nothing to a person who reads a plan.
    private static func isLikelyCredential(_ value: String) -> Bool {
        guard let scheme = value.firstRange(of: "://") else { return value.count > 80 }
        return value[scheme.upperBound...].prefix { $0 != "/" }.contains("@")
    }

    private var template: [String] {
        guard let oldTemplate, let newTemplate else { return [] }
        var lines = change("source", oldTemplate.source?.short, newTemplate.source?.short)
        let before = Dictionary(oldTemplate.files.map { ($0.path, $0) }) { first, _ in first }
        let after = Dictionary(newTemplate.files.map { ($0.path, $0) }) { first, _ in first }
        for path in Set(before.keys).union(after.keys).sorted() where before[path] != after[path] {
            lines.append("\(name): file \(path) changed")
        }
        return lines
    }

    private func change<Value: Equatable & CustomStringConvertible>(
        _ key: String,
        _ old: Value?,
        _ new: Value?
    ) -> [String] {
        guard old != new else { return [] }
        return ["\(name): \(key) \(old.map(\.description) ?? "none") -> \(new.map(\.description) ?? "none")"]
    }
}
