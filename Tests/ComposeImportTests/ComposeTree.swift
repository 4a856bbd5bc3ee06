import Foundation
import Testing
import Yams

@testable import ComposeImport

/// A Compose file as another reader of YAML has it, in one form for both of Compose's ways to write a thing.
struct ComposeTree {
    struct Service {
        var image: String
        var environment: [String: String]
        /// The folders inside that outlive a container.
        var volumes: Set<String>
        /// Ports of the machine, with their address.
        var ports: Set<String>
        /// The words of the check; nil without one.
        var health: [String]?
        var isTyped: Bool
    }

    let services: [String: Service]

    init(text: String, environmentFiles sample: Sample? = nil) throws {
        let root = try #require(try Yams.load(yaml: text) as? [String: Any])
        let project = root["name"] as? String ?? sample?.folder ?? ""
        let all = root["services"] as? [String: [String: Any]] ?? [:]
        services = try all.reduce(into: [:]) { services, each in
            services[each.key] = try Self.service(each.value, named: each.key, project, sample)
        }
    }

    private static func service(_ node: [String: Any], named name: String, _ project: String, _ sample: Sample?) throws
        -> Service
    {
        var environment: [String: String] = [:]
        for file in (node["env_file"] as? [String]) ?? (node["env_file"] as? String).map({ [$0] }) ?? [] {
            for line in try sample?.text(String(file.dropFirst(2))).split(separator: "\n") ?? []
            where !line.hasPrefix("#") {
                let parts = line.split(separator: "=", maxSplits: 1)
                environment[String(parts[0])] = parts[1].trimmingCharacters(in: CharacterSet(charactersIn: "'\""))
            }
        }
        for (key, value) in pairs(node["environment"]) { environment[key] = value }
        let image = node["image"] as? String ?? "\(project)-\(name)"
        return Service(
            image: normal(image),
            environment: environment,
            volumes: Set(list(node["volumes"]).compactMap(volume)),
            ports: Set(list(node["ports"]).compactMap(port)),
            health: (node["healthcheck"] as? [String: Any]).flatMap(health),
            isTyped: [.redis, .postgres, .prometheus, .grafana].contains(Role(ImageReference(resolved(image))))
        )
    }

    private static func list(_ value: Any?) -> [Any] { value as? [Any] ?? [] }

    static func pairs(_ value: Any?) -> [(String, String)] {
        if let map = value as? [String: Any] {
            return map.map { ($0.key, $0.value is NSNull ? "${\($0.key)}" : text($0.value)) }
        }
        return list(value).map { item in
            let parts = text(item).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init
            )
            return (parts[0], parts.count == 2 ? parts[1] : "${\(parts[0])}")
        }
    }

    private static func text(_ value: Any) -> String { "\(value)" }

    /// `docker.io/library/redis:7` and `redis:7` are one.
    private static func normal(_ image: String) -> String {
        resolved(image).replacing("docker.io/", with: "").replacing("library/", with: "")
    }

    /// Variables by their defaults; those without one as the tests set them.
    static func resolved(_ text: String) -> String {
        text.replacing(/\$\{[A-Z_]+:?-([^}]*)\}/) { $0.output.1 }.replacing(/\$\{[A-Z_]+(:?\?[^}]*)?\}/, with: "set")
            .replacing("$$", with: "$")
    }

    private static func volume(_ item: Any) -> String? {
        if let map = item as? [String: Any] {
            return map["type"] as? String == "volume" ? trimmed(text(map["target"] ?? "")) : nil
        }
        let parts = text(item).split(separator: ":").map(String.init)
        if parts.count == 1 { return trimmed(parts[0]) }
        return parts[0].hasPrefix(".") || parts[0].hasPrefix("/") ? nil : trimmed(parts[1])
    }

    private static func trimmed(_ path: String) -> String { path.hasSuffix("/") ? String(path.dropLast()) : path }

    private static func port(_ item: Any) -> String? {
        if let map = item as? [String: Any] {
            let address = (map["host_ip"] as? String).map { "\($0):" } ?? ""
            return map["published"].map { "\(address)\(text($0))" }
        }
        let parts = resolved(text(item)).split(separator: ":")
        return parts.count == 1 ? nil : parts.dropLast().joined(separator: ":")
    }

    private static func health(_ node: [String: Any]) -> [String]? {
        guard node["disable"] as? Bool != true else { return nil }
        if let test = node["test"] as? String { return ["CMD-SHELL", resolved(test)] }
        return list(node["test"]).map { resolved(text($0)) }
    }
}

/// What a Compose file says and another one does not.
struct ComposeDifference {
    let before: ComposeTree
    let after: ComposeTree
    let project: String

    var list: Set<String> {
        var list: Set<String> = []
        let ports = after.services.values.reduce(into: Set<String>()) { $0.formUnion($1.ports) }
        for (key, service) in before.services {
            for port in service.ports where !ports.contains(port) { list.insert("\(key): port \(port)") }
            let name = after.services[key] == nil ? ServiceNames.repaired(key) : key
            guard let now = after.services[name] else {
                list.insert("\(key): service")
                continue
            }
            if name != key { list.insert("\(key): called \(name)") }
            for difference in differences(service, now) { list.insert("\(key): \(difference)") }
        }
        return list
    }

    private func differences(_ before: ComposeTree.Service, _ after: ComposeTree.Service) -> [String] {
        var list: [String] = []
        if before.image != after.image { list.append("image \(after.image)") }
        if !before.isTyped, !after.image.hasPrefix("haproxy") {
            for (key, value) in before.environment {
                guard let now = after.environment[key] else {
                    list.append("no \(key)")
                    continue
                }
                if now.contains("${SECRET_") {
                    list.append(leadsElsewhere(value, now) ? "\(key) \(now)" : "secret \(key)")
                } else if !isSame(value, now, key) {
                    list.append("\(key) \(now)")
                }
            }
        }
        for path in before.volumes.subtracting(after.volumes) { list.append("no volume \(path)") }
        switch (before.health, after.health) {
        case (nil, _): break
        case (_?, nil): list.append("no check")
        case (let before?, let after?): if !asksTheSame(before, after) { list.append("another check") }
        }
        return list
    }

    /// An address with a login has to keep everything but its login; a port that goes without saying may be said.
    private func leadsElsewhere(_ before: String, _ after: String) -> Bool {
        guard before.contains("://") else { return false }
        let place = { (text: String) in
            (text.split(separator: "@").last ?? "").replacing("redis://", with: "").replacing(":5432", with: "")
        }
        return place(before) != place(after)
    }

    /// `secrets.sh` asks for what comes from the caller's environment.
    private func isSame(_ before: String, _ after: String, _ key: String) -> Bool {
        if after.contains("${VALUE_") { return before.contains("${") }
        return ComposeTree.resolved(before) == ComposeTree.resolved(after)
    }

    /// The same words, or the same path of the same port.
    private func asksTheSame(_ before: [String], _ after: [String]) -> Bool {
        let (old, new) = (before.dropFirst().joined(separator: " "), after.joined(separator: " "))
        if new.contains(old) { return true }
        guard let url = old.firstMatch(of: /http:\/\/(localhost|127\.0\.0\.1)(:[0-9]+)?(\/[^ '"]*)?/) else {
            return false
        }
        return new.contains("http://127.0.0.1\(url.output.2 ?? ":80")\(url.output.3 ?? "/")'")
    }
}
