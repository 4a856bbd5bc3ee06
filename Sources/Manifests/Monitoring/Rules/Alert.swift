import StackModel

/// One alert: when it fires, how bad that is, and what the person who is woken reads.
struct Alert: Hashable {
    enum Severity: String, Hashable {
        /// Somebody is woken.
        case critical
        /// Somebody looks at it in the morning.
        case warning
        /// Nobody is told: it shows that the way to people works.
        case none
    }

    var name: String
    var severity: Severity
    /// The service that is ill; also a label.
    var service: String
    /// Labels that tell alerts of one name and service apart.
    var labels: [String: String] = [:]
    var expression: String
    /// How long it has to be true. At once when nil.
    var holding: String?
    /// One line, with what and how much.
    var summary: String
    /// What it means for users and data.
    var description: String
    /// The words behind `slipway` to type next, the stack left out: `status`, `logs --service api`.
    var next: String

    func value(_ help: AlertHelp) -> ManifestValue {
        let own = ManifestValue.sorted(labels.mapValues { .text($0) })
        let head: ManifestValue = ["severity": .text(severity.rawValue), "service": .text(service)]
        return [
            "alert": .text(name),
            "expr": .text(expression),
            "for": .text(unlessNil: holding),
            "labels": head.merging(own),
            "annotations": [
                "summary": .text(summary),
                "description": .text(description),
                "command": .text(unlessNil: help.command(next)),
                // Programs make a link of this one, which a file is not.
                "runbook_url": help.isLink ? .text("\(help.runbook)#\(name.lowercased())") : nil,
                "runbook": help.isLink ? nil : .text("\(name) in \(help.runbook)"),
            ],
        ]
    }
}
