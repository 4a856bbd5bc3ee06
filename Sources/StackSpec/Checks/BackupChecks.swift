import Basics
import StackModel

/// Policies have names of their own.
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
    }
}
