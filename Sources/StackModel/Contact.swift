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
        /// `smarthost` is the mail server, as host:port.
        case email(to: String, from: String, smarthost: String)
        /// The secret holds the address of the incoming webhook.
        case slack(channel: String, webhook: SecretName)
        /// The secret holds the integration key.
        case pagerDuty(key: SecretName)
        /// Alertmanager's own JSON is posted there.
        case webhook(url: String)
    }

    package var name: ContactName
    package var way: Way
    /// What the contact is told about. Sorted, never empty.
    package var severities: [Severity]

    package init(name: ContactName, way: Way, severities: [Severity] = Severity.usual) {
        self.name = name
        self.way = way
        self.severities = severities.sorted { $0.rawValue < $1.rawValue }
    }

    /// The secret that the way needs.
    package var secret: SecretName? {
        switch way {
        case .slack(_, let webhook): webhook
        case .pagerDuty(let key): key
        case .email, .webhook: nil
        }
    }
}
