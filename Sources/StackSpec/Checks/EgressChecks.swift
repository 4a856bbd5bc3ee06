import StackModel

/// Who is let out has to be an app: nothing else of a stack has business outside that Slipway does not know of.
struct EgressChecks {
    let stack: Stack
    let root: SpecNode
    let findings: Findings

    func run() {
        let declared = root["services"]?.entries?.map(\.key).filter { !$0.isFree } ?? []
        for egress in stack.kubernetes?.egress ?? [] {
            let name = egress.app.text
            let place = root.place("environments", stack.environment.text, "kubernetes", "egress", name)
            guard declared.contains(name) else {
                findings.error(
                    "unknown app \(name)",
                    at: place,
                    help: Spelling.suggestion(for: name, among: declared)
                        ?? "Declared under `services`: \(declared.joined(separator: ", "))."
                )
                continue
            }
            guard let service = stack.service(egress.app), !service.isApp else { continue }
            findings.error("only an app is let out, and \(name) is of kind \(service.kind.word)", at: place)
        }
    }
}

extension Service {
    fileprivate var isApp: Bool { if case .app = kind { true } else { false } }
}
