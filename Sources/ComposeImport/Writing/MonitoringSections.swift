import Basics
import StackSpec

/// A Prometheus of its own kind.
struct PrometheusSection {
    let draft: Draft
    let translation: Translation

    func line() -> SpecLine {
        let data = DataSection(draft: draft, translation: translation)
        let configuration = LeftOutReason(
            "Slipway writes the configuration, the rules and what they alert on",
            "Give each app that it scraped its path: `metrics: /metrics`. Redis and Postgres are watched by themselves."
        )
        data.leaveMounts(configuration)
        data.leaveVariables(but: [], configuration)
        data.leavePorts("`slipway status` shows where it is; from elsewhere through `ssh -L`.")
        var own: [SpecLine] = []
        for word in (draft.entrypoint ?? []) + (draft.command ?? []) {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            switch parts[0] {
            case "--storage.tsdb.retention.time", "--storage.tsdb.retention":
                if let span = retention(parts.last ?? "") {
                    own.append(SpecLine("retention", .text("\(span)")))
                } else {
                    leave(word, data)
                }
            case "--config.file", "--storage.tsdb.path", "--web.console.libraries", "--web.console.templates",
                "--web.enable-lifecycle", "prometheus", "/bin/prometheus":
                break
            default: leave(word, data)
            }
        }
        return data.line(own)
    }

    /// Prometheus has days, weeks and years.
    private func retention(_ text: String) -> TimeSpan? {
        if let span = TimeSpan(text) { return span }
        guard text.hasSuffix("y"), let years = Int(text.dropLast()), years < 100 else { return nil }
        return TimeSpan("\(years * 365)d")
    }

    private func leave(_ word: String, _ data: DataSection) {
        // The value of the option before it.
        guard word.hasPrefix("-") else { return }
        let place = draft.node.entry("command")?.keyPlace ?? draft.place
        let name = String(word.prefix { $0 != "=" })
        data.report.leftOut(
            "\(draft.path).command (\(name.abridged))",
            at: place,
            "Slipway decides how Prometheus is started"
        )
    }
}

/// A Grafana of its own kind.
struct GrafanaSection {
    let draft: Draft
    let translation: Translation

    func line() -> SpecLine {
        let data = DataSection(draft: draft, translation: translation)
        data.leaveMounts(
            LeftOutReason(
                "Slipway provisions the data source and its own dashboards",
                "Put dashboards of your own in by Grafana itself: it keeps them."
            )
        )
        let password: Set = [
            "GF_SECURITY_ADMIN_PASSWORD", "GF_SECURITY_ADMIN_USER", "GF_SECURITY_ADMIN_PASSWORD__FILE",
        ]
        data.leaveVariables(but: password, LeftOutReason("Slipway writes grafana.ini"))
        for variable in draft.variables where password.contains(variable.key) {
            let path = "\(draft.path).environment.\(variable.key)"
            data.report.leftOut(path, at: variable.location, "Slipway makes the administrator's password")
        }
        data.leaveCommand("Slipway decides how Grafana is started")
        data.leavePorts("`slipway status` shows where it is; from elsewhere through `ssh -L`.")
        return data.line([])
    }
}
