import Basics
import StackModel

/// Policies have names of their own, ask of a service what it can do, and a service has one log.
struct BackupChecks {
    let stack: Stack
    let root: SpecNode
    let findings: Findings

    func run() {
        let names = (root["backups"]?.elements ?? []).compactMap { $0.entry("name") }
        var lines: [String: Int] = [:]
        for entry in names {
            guard case .scalar(let scalar) = entry.value.content else { continue }
            if let line = lines[scalar.text] {
                findings.error(
                    "backup \(scalar.text.abridged) is declared twice, first at line \(line)",
                    at: entry.valuePlace,
                    help: "Give one of them another name."
                )
            }
            lines[scalar.text] = lines[scalar.text] ?? entry.valuePlace.line
        }
        for policy in stack.backups {
            guard let node = node(of: policy) else { continue }
            if policy.quiesce != nil { checkQuiesce(policy, node) }
            if policy.pointInTime != nil { checkLog(policy, at: node.place("pointInTime")) }
        }
    }

    private func node(of policy: BackupPolicy) -> SpecNode? {
        root["backups"]?.elements?.first { node in
            if case .scalar(let scalar)? = node.entry("name")?.value.content {
                scalar.text == policy.name
            } else {
                false
            }
        }
    }

    private func checkLog(_ policy: BackupPolicy, at place: Place) {
        guard keepsLog(policy, at: place), case .service(let name) = policy.subject else { return }
        if let other = stack.backups.first(where: { $0.log?.subject == policy.log?.subject }), other != policy {
            findings.error(
                "the log of \(name) goes with two backups, \(other.name) and \(policy.name)",
                at: place,
                help: "Say pointInTime in one of them; a policy has as many stores as it needs."
            )
        }
        let logName = policy.name + BackupPolicy.logSuffix
        if StackName(logName) == nil || stack.backups.contains(where: { $0.name == logName }) {
            findings.error(
                "backup \(policy.name) has a log called \(logName), which is no free name",
                at: place,
                help: "Give it a shorter name, or rename the other one."
            )
        }
    }

    private func keepsLog(_ policy: BackupPolicy, at place: Place) -> Bool {
        var service: Service?
        if case .service(let name) = policy.subject { service = stack.service(name) }
        switch service?.kind {
        case .postgres: return true
        case .redis(let redis) where !redis.persistence.contains(.aof):
            findings.error(
                "pointInTime of backup \(policy.name) is of a Redis without an append-only file, which is its log",
                at: place,
                help: "Write `persistence: [aof]` for that Redis, or remove it."
            )
        case .redis(let redis):
            guard let major = redis.version?.split(separator: ".").first.flatMap({ Int($0) }), major < 7 else {
                return true
            }
            findings.error(
                "pointInTime of backup \(policy.name) is of a Redis \(major), whose log does not say when",
                at: place,
                help: "Redis does so from version 7 on; declare that, or remove it."
            )
        default:
            findings.error(
                "pointInTime of backup \(policy.name) is of something that keeps no log",
                at: place,
                help: "Only a Postgres and a Redis do; remove it."
            )
        }
        return false
    }

    /// What a server hands over agrees with itself; `config` is not read from files.
    private func checkQuiesce(_ policy: BackupPolicy, _ node: SpecNode) {
        if case .service(let name) = policy.subject, case .app? = stack.service(name)?.kind { return }
        findings.error(
            "quiesce is for the volumes of an app, and \(policy.name) is not of one",
            at: node.place("quiesce"),
            help: "Leave it out: what Redis and Postgres hand over agrees with itself."
        )
    }
}
