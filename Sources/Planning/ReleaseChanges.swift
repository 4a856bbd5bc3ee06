import Basics
import StackModel

/// What is different between two releases, in words.
package enum ReleaseChanges {
    /// One line per changed thing, services first; empty when both mean the same. Secrets appear as references and
    /// versions only, and a value that looks like a credential is never repeated.
    package static func between(_ old: Release?, _ new: Release) -> [String] {
        guard let old else { return new.stack.services.map { added($0) } }
        var lines: [String] = []
        for service in new.stack.services {
            guard let former = old.stack.service(service.name) else {
                lines.append(added(service))
                continue
            }
            lines +=
                ServiceChanges(
                    name: service.name,
                    old: former,
                    new: service,
                    oldTemplate: old.contents.templates[service.name],
                    newTemplate: new.contents.templates[service.name],
                    oldAddress: old.contents.addresses[service.name],
                    newAddress: new.contents.addresses[service.name]
                ).lines
        }
        lines += old.stack.services.filter { new.stack.service($0.name) == nil }.map { "\($0.name): no longer there" }
        lines += secrets(old, new) + rest(old.stack, new.stack)
        if lines.isEmpty, old.contents.spec != new.contents.spec {
            lines.append("the text of the stack file changed, its meaning did not")
        }
        return lines
    }

    private static func added(_ service: Service) -> String {
        let replicas = service.replicas == 1 ? "1 replica" : "\(service.replicas) replicas"
        return "\(service.name): new \(service.kind.word), \(replicas)"
    }

    private static func secrets(_ old: Release, _ new: Release) -> [String] {
        let names = Set(old.contents.secrets.keys).union(new.contents.secrets.keys).sorted()
        return names.compactMap { name in
            switch (old.contents.secrets[name], new.contents.secrets[name]) {
            case (nil, let version?): "\(name): new secret, version \(version)"
            case (_?, nil): "\(name): secret no longer there"
            case (let before?, let after?) where before != after: "\(name): secret version \(before) -> \(after)"
            default: nil
            }
        }
    }

    private static func rest(_ old: Stack, _ new: Stack) -> [String] {
        var lines: [String] = []
        if old.secrets != new.secrets { lines.append("secrets: declarations changed") }
        if old.backups != new.backups { lines.append("backups changed") }
        if old.stores != new.stores { lines.append("stores changed") }
        if old.objectives != new.objectives { lines.append("slo changed") }
        return lines
    }
}
