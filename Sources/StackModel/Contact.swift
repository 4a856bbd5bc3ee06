/// Somebody who is told about alerts, and how.
package struct Contact: Hashable, Sendable, Codable {
    package enum Severity: String, Hashable, Sendable, Codable, CaseIterable {
        /// Somebody is woken.
        case critical
        /// Somebody looks at it in the morning.
        case warning
        /// That alerts get through, again and again: for a service that raises the alarm when it hears nothing.
        case watchdog

        /// What a contact is told about that says nothing else.
        package static let usual: [Severity] = [.critical, .warning]
    }

    package enum Way: Hashable, Sendable, Codable {
        /// `smarthost` is the mail server, as host:port. The secret holds the password of the user there.
        case email(to: String, from: String, smarthost: String, user: String? = nil, password: SecretName? = nil)
        /// The secret holds the address of the incoming webhook.
        case slack(channel: String, webhook: SecretName)
        /// The secret holds the integration key.
        case pagerDuty(key: SecretName)
        /// Alertmanager's own JSON is posted there.
        case webhook(url: String)
        /// The same, to an address that is a secret or has one in it.
        case secretWebhook(url: Template)
    }

    package var name: ContactName
    package var way: Way
    /// What the contact is told about. Sorted, never empty.
    package var severities: [Severity]
    /// The address of the webhook comes from the caller's environment. Nobody said that it is no secret, so no rendered
    /// file shows it. Nil for false.
    package var isHandedOn: Bool?

    package init(
        name: ContactName,
        way: Way,
        severities: [Severity] = Severity.usual,
        isHandedOn: Bool = false
    ) {
        self.name = name
        self.way = way
        self.severities = severities.sorted { $0.rawValue < $1.rawValue }
        self.isHandedOn = isHandedOn ? true : nil
    }

    /// The secret that Alertmanager reads from a file of its own.
    package var secret: SecretName? {
        switch way {
        case .slack(_, let webhook): webhook
        case .pagerDuty(let key): key
        case .email(_, _, _, _, let password): password
        case .webhook, .secretWebhook: nil
        }
    }
}
