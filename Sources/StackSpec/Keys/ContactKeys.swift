import Basics
import StackModel

enum ContactKeys {
    static let email = Key<Contact.Way>("email", .email, synonyms: ["mail"], "By mail.")
    static let slack = Key<Contact.Way>("slack", .slack, "In a Slack channel.")
    static let pagerDuty = Key<Contact.Way>("pagerduty", .pagerDuty, synonyms: ["pagerDuty"], "By PagerDuty.")
    static let webhook = Key<Contact.Way>(
        "webhook",
        .webhook,
        synonyms: ["url", "http"],
        "By a request to an address."
    )
    static let severities = Key<[Contact.Severity]>(
        "severities",
        .list(of: .choice, what: "critical, warning and watchdog"),
        default: "[critical, warning]",
        synonyms: ["severity", "for", "on"],
        "What the contact is told about. `watchdog`, by webhook only, is a sign of life every minute or two, for a service "
            + "that raises the alarm when it hears nothing."
    )

    static let table = KeyTable(
        title: "contact",
        meaning: "Somebody who is told about alerts: exactly one of `email`, `slack`, `pagerduty`, `webhook`.",
        rules: [email.rule, slack.rule, pagerDuty.rule, webhook.rule, severities.rule]
    )
}

extension ValueType where Value == Contact {
    /// The name is filled in by the map it stands in.
    static var contact: ValueType {
        .table(ContactKeys.table) { fields in
            let keys = [ContactKeys.email, ContactKeys.slack, ContactKeys.pagerDuty, ContactKeys.webhook]
            let written = keys.filter(fields.has)
            let mentions = fields.reading.mentions
            let before = mentions.all.count
            let ways = written.compactMap { fields[$0] }
            let isHandedOn = fields.has(ContactKeys.webhook) && mentions.hasVariable(since: before)
            let severities = fields[ContactKeys.severities] ?? Contact.Severity.usual
            guard written.count == 1 else {
                if fields.isClean {
                    fields.findings.error(
                        "\(fields.label) needs exactly one of \(keys.map(\.name).joined(separator: ", "))",
                        at: fields.place,
                        help: "Declare another contact for another way."
                    )
                }
                return nil
            }
            if severities.isEmpty {
                fields.findings.error(
                    "\(fields.label) is told about nothing",
                    at: fields.place(of: ContactKeys.severities),
                    help: "Remove `severities`, or name critical or warning."
                )
            }
            if severities.contains(.watchdog), !fields.has(ContactKeys.webhook) {
                fields.findings.error(
                    "a watchdog hears by webhook only, and \(fields.label) has \(written[0].name)",
                    at: fields.place(of: ContactKeys.severities),
                    help: "Give the service that watches for silence a contact of its own, with `webhook`."
                )
            }
            return ways.first.map {
                Contact(name: "unnamed", way: $0, severities: severities, isHandedOn: isHandedOn)
            }
        }
    }
}

enum EmailKeys {
    static let to = Key<String>("to", .mailAddress, isRequired: true, "Whom to.")
    static let from = Key<String>("from", .mailAddress, isRequired: true, "The sender's address.")
    static let smarthost = Key<String>(
        "smarthost",
        .hostAndPort,
        isRequired: true,
        synonyms: ["smtp", "host", "server"],
        "The mail server, as host:port."
    )
    static let user = Key<String>(
        "user",
        .mailUser,
        default: "none: no login",
        synonyms: ["username", "login"],
        "The name to log in to the mail server with."
    )
    static let password = Key<SecretName>(
        "password",
        .mentionedSecret,
        default: "none",
        synonyms: ["secret"],
        "The secret that holds the password of `user`."
    )

    static let table = KeyTable(
        title: "email",
        meaning: "By mail.",
        rules: [to.rule, from.rule, smarthost.rule, user.rule, password.rule]
    )
}

enum SlackKeys {
    static let channel = Key<String>("channel", .slackChannel, isRequired: true, "The channel, as in \"#shop\".")
    static let webhook = Key<SecretName>(
        "webhook",
        .mentionedSecret,
        isRequired: true,
        synonyms: ["url", "secret"],
        "The secret that holds the address of the incoming webhook."
    )

    static let table = KeyTable(title: "slack", meaning: "In a Slack channel.", rules: [channel.rule, webhook.rule])
}

enum PagerDutyKeys {
    static let key = Key<SecretName>(
        "key",
        .mentionedSecret,
        isRequired: true,
        synonyms: ["routingKey", "secret"],
        "The secret that holds the integration key (Events API v2)."
    )

    static let table = KeyTable(title: "pagerduty", meaning: "By PagerDuty.", rules: [key.rule])
}

enum WebhookKeys {
    static let url = Key<Contact.Way>(
        "url",
        .webhookAddress,
        isRequired: true,
        "The address that alerts are posted to. Secrets may be a part of it, or `${secret:NAME}` all of it."
    )

    static let table = KeyTable(title: "webhook", meaning: "By a request to an address.", rules: [url.rule])
}
