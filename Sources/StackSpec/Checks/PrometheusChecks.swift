import Basics
import StackModel

/// How far back the alert rules look, at least and at most. `Manifests` writes the rules, and a test holds both together.
package enum RuleWindows {
    package static let shortest = TimeSpan.seconds(300)
    /// Of the rules of `slo`, which apps with `metrics` have.
    package static let longest = TimeSpan.seconds(3 * 86400)
}

/// A Prometheus that samples too seldom, or forgets too early, has rules that never fire.
struct PrometheusChecks {
    let stack: Stack
    let root: SpecNode
    let findings: Findings

    func run() {
        for service in stack.services {
            guard case .prometheus(let prometheus) = service.kind else { continue }
            check(prometheus, named: service.name.text)
        }
    }

    private func check(_ prometheus: Prometheus, named name: String) {
        let longestPause = TimeSpan(milliseconds: RuleWindows.shortest.milliseconds / 4)
        if prometheus.scrapeInterval > longestPause {
            findings.unexpressed(
                "scrapeInterval \(prometheus.scrapeInterval) is too long for alert rules that look back "
                    + "\(RuleWindows.shortest): they need four samples in that time",
                at: root.place("services", name, "scrapeInterval"),
                help: "Write \(longestPause) or less."
            )
        }
        if prometheus.retention < RuleWindows.longest, hasRulesOfObjectives {
            findings.unexpressed(
                "retention \(prometheus.retention) is too short for the alert rules of slo, which look back "
                    + "\(RuleWindows.longest)",
                at: root.place("services", name, "retention"),
                help: "Write \(RuleWindows.longest) or more."
            )
        }
    }

    private var hasRulesOfObjectives: Bool {
        stack.services.contains { service in
            guard case .app(let app) = service.kind else { return false }
            return app.metrics != nil
        }
    }
}
