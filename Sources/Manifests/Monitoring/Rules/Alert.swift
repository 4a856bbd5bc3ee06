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

    /// Where the runbook of every alert stands: a heading of the same name.
    static let runbook = "docs/runbooks/alerts.md"

    func value(_ id: StackID) -> ManifestValue {
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
                "command": .text(Self.command(next, id)),
                "runbook_url": .text("\(Self.runbook)#\(name.lowercased())"),
            ],
        ]
    }

    /// `logs --service api` becomes `slipway logs shop --env local --service api`.
    private static func command(_ next: String, _ id: StackID) -> String {
        let words = next.split(separator: " ", maxSplits: 1)
        let rest = words.dropFirst().map { " \($0)" }.joined()
        return "slipway \(words.first ?? "status") \(id.stack) --env \(id.environment)\(rest)"
    }
}
