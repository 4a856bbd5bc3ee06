import Basics
import StackModel

extension ValueType where Value == Contact.Way {
    static var email: ValueType {
        .table(EmailKeys.table) { fields in
            let (to, from, smarthost) = (fields[EmailKeys.to], fields[EmailKeys.from], fields[EmailKeys.smarthost])
            let (user, password) = (fields[EmailKeys.user], fields[EmailKeys.password])
            if fields.has(EmailKeys.user) != fields.has(EmailKeys.password) {
                let (has, lacks) = fields.has(EmailKeys.user) ? ("user", "password") : ("password", "user")
                fields.findings.error(
                    "email has a \(has) and no \(lacks)",
                    at: has == "user" ? fields.place(of: EmailKeys.user) : fields.place(of: EmailKeys.password),
                    help: "A login takes both: `user: alerts, password: NAME` with the name of a secret."
                )
            }
            guard let to, let from, let smarthost else { return nil }
            return .email(to: to, from: from, smarthost: smarthost, user: user, password: password)
        }
    }

    static var slack: ValueType {
        .table(SlackKeys.table) { fields in
            let (channel, webhook) = (fields[SlackKeys.channel], fields[SlackKeys.webhook])
            guard let channel, let webhook else { return nil }
            return .slack(channel: channel, webhook: webhook)
        }
    }

    static var pagerDuty: ValueType {
        .table(PagerDutyKeys.table) { fields in fields[PagerDutyKeys.key].map { .pagerDuty(key: $0) } }
    }

    static var webhook: ValueType {
        .table(WebhookKeys.table) { fields in fields[WebhookKeys.url] }
    }

    /// With secrets in it the address is put together where it is used.
    static var webhookAddress: ValueType {
        let plain = ValueType<String>.httpAddress
        return ValueType(shape: plain.shape) { node, key, reading in
            guard let scalar = reading.scalar(node, for: key) else { return nil }
            if PlainCredential.isIn(address: scalar.text) {
                reading.findings.exposed(
                    "\(key) holds a credential in clear, or what looks like one",
                    at: node.place,
                    isCertain: true,
                    help: "Declare `alerts: {kind: given}` under secrets, and write ${secret:alerts} in place of it."
                )
            }
            guard scalar.text.contains("${secret:") else {
                return plain.read(node, key, reading).map { .webhook(url: $0) }
            }
            let before = reading.mentions.all.count
            guard let parts = Interpolation(reading: reading, node: node).parts(of: scalar.text),
                let url = secretAddress(parts, node, key, reading)
            else { return nil }
            if reading.mentions.hasVariable(since: before) {
                return reading.refuse(
                    node,
                    key,
                    wanted: "made of secrets or of variables",
                    help: "Put the whole address into one secret of kind given."
                )
            }
            return .secretWebhook(url: url)
        }
    }

    /// What stands around secrets is put between quotes as it is.
    private static func secretAddress(
        _ parts: [Interpolation.Part],
        _ node: SpecNode,
        _ key: String,
        _ reading: Reading
    ) -> Template? {
        var shown = ""
        for part in parts {
            switch part.segment {
            case .literal(let text): shown += text
            case .secret(let name, let which):
                reading.mentions.add(.secret(name, which), at: part.place, owner: reading.owner)
                // Stands for the value, which may be the whole address.
                shown += shown.isEmpty ? "https://secret" : "secret"
            case .port, .host, .service, .mount, .directory, .volume, .targets:
                return reading.refuse(node, key, wanted: "an address, with secrets and variables at most")
            }
        }
        guard shown.isWebAddress, !shown.contains("\""), !shown.contains("\\") else {
            return reading.refuse(node, key, wanted: "an address that begins with https:// or http://")
        }
        return Template(parts.map(\.segment))
    }
}

extension ValueType where Value == String {
    static var mailAddress: ValueType {
        text("a mail address", pattern: "^[^@\\s]+@[^@\\s]+$") { text in
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && !$0.contains(where: \.isWhitespace) }
        }
    }

    static var hostAndPort: ValueType {
        text("a host and a port such as mail.example.com:587", pattern: "^[^:\\s]+:[0-9]+$") { text in
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            return parts.count == 2 && !parts[0].isEmpty && !text.contains(where: \.isWhitespace)
                && Int(parts[1]).map { (1...65535).contains($0) } == true
        }
    }

    static var slackChannel: ValueType {
        text("a channel such as \"#shop\"", pattern: "^[#@][^\\s]+$") { text in
            text.count > 1 && (text.hasPrefix("#") || text.hasPrefix("@")) && !text.contains(where: \.isWhitespace)
        }
    }

    static var httpAddress: ValueType {
        text("an address that begins with https:// or http://", pattern: "^https?://[^\\s]+$", where: \.isWebAddress)
    }

    static var mailUser: ValueType {
        text("a user name", pattern: "^[^\\s]+$") { text in
            !text.isEmpty && text.unicodeScalars.allSatisfy { $0.value > 32 && $0.value != 127 }
        }
    }
}

extension String {
    fileprivate var isWebAddress: Bool {
        (hasPrefix("https://") && count > 8 || hasPrefix("http://") && count > 7)
            && unicodeScalars.allSatisfy { $0.value > 32 && $0.value < 127 }
    }
}
