import Basics
import StackModel

/// How far back the alert rules look, at least and at most. `Manifests` writes the rules, and a test holds both together.
package enum RuleWindows {
    package static let shortest = TimeSpan.seconds(300)
    /// Of the rules of `slo`, which apps with `metrics` have.
    package static let longest = TimeSpan.seconds(3 * 86400)
}

/// A Prometheus that samples too seldom, or forgets too early, has rules that fire late or never.
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
        checkPause(prometheus.scrapeInterval, at: root.place("services", name, "scrapeInterval"))
        if prometheus.retention < RuleWindows.longest, hasRulesOfObjectives {
            findings.unexpressed(
                "retention \(prometheus.retention) is too short for the alert rules of slo, which look back "
                    + "\(RuleWindows.longest)",
                at: root.place("services", name, "retention"),
                help: "Write \(RuleWindows.longest) or more."
            )
        }
    }

    /// A rate is reckoned from two samples. With four, one may be late or lost.
    private func checkPause(_ pause: TimeSpan, at place: Place) {
        let window = RuleWindows.shortest
        let (usual, longest) = (
            TimeSpan(milliseconds: window.milliseconds / 4), TimeSpan(milliseconds: window.milliseconds / 2)
        )
        let help = "Write \(usual) or less."
        if pause > longest {
            let words = "they need two samples in that time, and never fire with fewer"
            findings.unexpressed(
                "scrapeInterval \(pause) is too long for alert rules that look back \(window): \(words)",
                at: place,
                help: help
            )
        } else if pause > usual {
            findings.warning(
                "scrapeInterval \(pause) is long for alert rules that look back \(window): one lost sample silences them",
                at: place,
                help: help
            )
        }
    }

    private var hasRulesOfObjectives: Bool {
        stack.services.contains { service in
            guard case .app(let app) = service.kind else { return false }
            return app.metrics != nil && !service.watchesMachine
        }
    }
}
