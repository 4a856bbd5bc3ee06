import StackModel

/// Who is told of alerts, and of what nobody is: a part of the page beside a rendered set.
struct AlertsReadme {
    let stack: Stack

    /// What the stack's own Prometheus and Alertmanager do; nil where it has no Prometheus.
    var told: String? {
        guard stack.services.contains(where: \.isPrometheus) else { return nil }
        let contacts = stack.contacts ?? []
        guard !contacts.isEmpty else {
            return "Nobody: the spec has no `contacts`. Prometheus shows them, and so does Grafana."
        }
        return ([names(contacts), watchdog(contacts)] + [page]).compactMap { $0 }.joined(separator: " ")
    }

    private func names(_ contacts: [Contact]) -> String {
        "Alertmanager tells the spec's `contacts`: \(contacts.map(\.name.text).joined(separator: ", "))."
    }

    private func watchdog(_ contacts: [Contact]) -> String? {
        guard !contacts.contains(where: { $0.severities.contains(.watchdog) }) else { return nil }
        return """
            The alert
            Watchdog always fires and is told to nobody: it is for a service that raises the alarm when it hears nothing, and
            the spec names none (a contact with `webhook` and `severities: [watchdog]`).
            """
    }

    /// A file beside the rules is no link for somebody who reads a message elsewhere.
    private var page: String? {
        let isLinked = stack.services.contains { service in
            if case .prometheus(let prometheus) = service.kind { prometheus.runbook != nil } else { false }
        }
        guard !isLinked else { return nil }
        return """
            Each message names
            its section of `runbook.md`. Where that is published, and `prometheus: {runbook: https://...}` says its address, it
            has a link.
            """
    }
}
