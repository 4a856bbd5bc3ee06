import StackModel

/// The name of a companion is not free: whoever took it would stand in its place, and the rules and dashboards that
/// read the companion's figures would read nothing.
struct CompanionChecks {
    let stack: Stack
    let root: SpecNode
    let findings: Findings

    func run() {
        for companion in stack.companions {
            guard let declared = stack.service(companion.name), !declared.isCompanion else { continue }
            findings.error(
                "\(declared.name) is the name of \(origin(of: companion))",
                at: root.place("services", declared.name.text),
                help: "Give service \(declared.name) another name, or remove it: Slipway brings its own."
            )
        }
    }

    private func origin(of companion: Service) -> String {
        guard case .exporter(let exporter) = companion.kind else { return "the Alertmanager that comes with contacts" }
        return "the exporter that comes with \(exporter.service)"
    }
}
