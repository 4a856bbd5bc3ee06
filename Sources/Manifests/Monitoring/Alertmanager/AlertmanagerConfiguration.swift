import StackModel

/// `alertmanager.yml`: who is told what, and what is not worth telling while something worse explains it.
struct AlertmanagerConfiguration {
    let stack: Stack
    /// The file that holds a secret, where Alertmanager runs.
    let secretFile: (SecretName) -> String
    /// The setting that says where a webhook is.
    let address: (Contact) -> ManifestValue

    /// The receiver of alerts that nobody wants to hear of.
    static let nobody = "nobody"

    var document: ManifestValue {
        [
            "route": route,
            "inhibit_rules": .list(Inhibitions(stack: stack).rules),
            "receivers": .list([["name": .text(Self.nobody)]] + told.map(receiver) + [watchdog].compactMap { $0 }),
        ]
    }

    private var contacts: [Contact] { stack.contacts ?? [] }
    private var text: AlertText { AlertText(stack: stack.id) }

    /// The severities that somebody is told about.
    private var told: [Contact.Severity] {
        Contact.Severity.usual.filter { severity in contacts.contains { $0.severities.contains(severity) } }
    }

    private var route: ManifestValue {
        [
            "receiver": .text(Self.nobody),
            "group_by": ["alertname", "service"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "1d",
            "routes": .list([watchdogRoute] + told.map(route)),
        ]
    }

    /// The alert that always fires is for whoever raises the alarm when it stops; everybody else would be told of
    /// nothing once a day.
    private var watchdogRoute: ManifestValue {
        let isHeard = watchdog != nil
        return [
            "receiver": .text(isHeard ? Contact.Severity.watchdog.rawValue : Self.nobody),
            "matchers": ["alertname = \"\(MonitoringRules.watchdog)\""],
            "group_wait": isHeard ? "0s" : nil,
            "group_interval": isHeard ? "1m" : nil,
            "repeat_interval": isHeard ? "1m" : nil,
        ]
    }

    /// That it has ended is told by silence: a message of its end would count as one more sign of life.
    private var watchdog: ManifestValue? {
        let listeners = contacts.filter { $0.severities.contains(.watchdog) }.compactMap(webhook)
        guard !listeners.isEmpty else { return nil }
        return [
            "name": .text(Contact.Severity.watchdog.rawValue),
            "webhook_configs": .list(listeners.map { $0.merging(["send_resolved": false]) }),
        ]
    }

    private func route(of severity: Contact.Severity) -> ManifestValue {
        [
            "receiver": .text(severity.rawValue),
            "matchers": ["severity = \"\(severity.rawValue)\""],
            "group_wait": severity == .critical ? "10s" : nil,
            "repeat_interval": severity == .critical ? "4h" : nil,
        ]
    }

    private func receiver(of severity: Contact.Severity) -> ManifestValue {
        let contacts = contacts.filter { $0.severities.contains(severity) }
        return [
            "name": .text(severity.rawValue),
            "email_configs": .list(contacts.compactMap { email($0.way) }).unlessEmpty,
            "slack_configs": .list(contacts.compactMap { slack($0.way) }).unlessEmpty,
            "pagerduty_configs": .list(contacts.compactMap { pagerDuty($0.way, severity) }).unlessEmpty,
            "webhook_configs": .list(contacts.compactMap(webhook)).unlessEmpty,
        ]
    }

    private func email(_ way: Contact.Way) -> ManifestValue? {
        guard case .email(let to, let from, let smarthost, let user, let password) = way else { return nil }
        return [
            "to": .text(to), "from": .text(from), "smarthost": .text(smarthost),
            "auth_username": .text(unlessNil: user),
            "auth_password_file": .text(unlessNil: password.map(secretFile)),
            "headers": ["Subject": .text(text.title)],
            // A mail server on this machine has no certificate that its name would be on.
            "require_tls": ContactOmissions.isHere(smarthost) ? false : nil,
            "send_resolved": true,
        ]
    }

    private func slack(_ way: Contact.Way) -> ManifestValue? {
        guard case .slack(let channel, let webhook) = way else { return nil }
        return [
            "api_url_file": .text(secretFile(webhook)), "channel": .text(channel), "send_resolved": true,
            "title": .text(text.title), "text": .text(AlertText.body),
        ]
    }

    private func pagerDuty(_ way: Contact.Way, _ severity: Contact.Severity) -> ManifestValue? {
        guard case .pagerDuty(let key) = way else { return nil }
        return [
            "routing_key_file": .text(secretFile(key)), "severity": .text(severity.rawValue), "send_resolved": true,
            "description": .text(text.title),
        ]
    }

    private func webhook(_ contact: Contact) -> ManifestValue? {
        switch contact.way {
        case .webhook, .secretWebhook: address(contact).merging(["send_resolved": true])
        case .email, .slack, .pagerDuty: nil
        }
    }
}
