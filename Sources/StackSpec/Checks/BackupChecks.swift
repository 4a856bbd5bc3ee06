import Basics
import StackModel

/// Policies have names of their own, and ask of a service what it can do.
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
        for policy in stack.backups where policy.quiesce != nil { checkQuiesce(policy) }
    }

    /// What a server hands over agrees with itself; `config` is not read from files.
    private func checkQuiesce(_ policy: BackupPolicy) {
        if case .service(let name) = policy.subject, case .app? = stack.service(name)?.kind { return }
        let node = root["backups"]?.elements?.first { node in
            if case .scalar(let scalar)? = node.entry("name")?.value.content {
                scalar.text == policy.name
            } else {
                false
            }
        }
        guard let node else { return }
        findings.error(
            "quiesce is for the volumes of an app, and \(policy.name) is not of one",
            at: node.place("quiesce"),
            help: "Leave it out: what Redis and Postgres hand over agrees with itself."
        )
    }
}
