import StackModel

/// What has to hold between what is said of a cluster and the rest of the stack.
struct ClusterChecks {
    let stack: Stack
    let root: SpecNode
    let findings: Findings

    func run() {
        checkGateway()
        let declared = root["services"]?.entries?.map(\.key).filter { !$0.isFree } ?? []
        for choice in stack.kubernetes?.storageClasses ?? [] where !declared.contains(choice.service.text) {
            findings.error(
                "unknown service \(choice.service)",
                at: place("storageClasses", choice.service.text),
                help: Spelling.suggestion(for: choice.service.text, among: declared)
                    ?? "Declared under `services`: \(declared.joined(separator: ", "))."
            )
        }
    }

    private func checkGateway() {
        guard let options = stack.kubernetes, options.gateway == nil else { return }
        for (key, value) in [
            ("gatewayNamespace", options.gatewayNamespace), ("gatewayListener", options.gatewayListener),
        ] where value != nil {
            findings.error(
                "\(key) is of a Gateway, and none is named",
                at: place(key),
                help: "Name it: `gateway: ...`."
            )
        }
    }

    private func place(_ path: String...) -> Place {
        root.place(["environments", stack.environment.text, "kubernetes"] + path)
    }
}
