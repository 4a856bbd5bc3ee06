import StackModel

/// Where in the world Alertmanager has to reach the contacts.
enum ContactPorts {
    static func ports(of stack: Stack) -> [Int] { Set((stack.contacts ?? []).map(port)).sorted() }

    private static func port(of contact: Contact) -> Int {
        switch contact.way {
        case .email(_, _, let smarthost, _, _): number(behind: smarthost) ?? 587
        case .slack, .pagerDuty: 443
        case .webhook(let url): port(of: url)
        case .secretWebhook(let url): port(of: url.source)
        }
    }

    private static func port(of url: String) -> Int {
        // An address that is a secret as a whole tells nobody its port.
        let usual = url.hasPrefix("http://") ? 80 : 443
        guard let scheme = url.firstRange(of: "://") else { return usual }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return number(behind: String(authority)) ?? usual
    }

    private static func number(behind address: String) -> Int? {
        let digits = address.reversed().prefix { $0.isASCII && $0.isNumber }
        guard address.dropLast(digits.count).hasSuffix(":") else { return nil }
        return Int(String(digits.reversed()))
    }
}
