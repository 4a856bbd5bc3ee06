import Basics
import StackModel

/// Addresses in a text, and the passwords that stand in them or beside them.
extension References {
    /// The text with references in place of the addresses in it.
    func addresses(in text: String, _ place: Spot, isCommand: Bool = false) -> String {
        var result = text
        for address in AddressScan.addresses(in: text).reversed() {
            guard let service = directory[address.host], service !== place.draft else {
                if address.login != nil, !isCommand {
                    result.replaceSubrange(address.range, with: foreign(address, text, place))
                }
                continue
            }
            guard service.isReachable else {
                _ = unreachable(service, place, text)
                continue
            }
            let end = database(of: service, behind: address, in: text)
            let login = written(address, service, place, isCommand)
            result.replaceSubrange(address.range.lowerBound..<end.index, with: login + end.text)
        }
        return result
    }

    /// The path of an address, where it is a database that is called otherwise in the spec.
    private func database(of service: Draft, behind address: WrittenAddress, in text: String)
        -> (index: String.Index, text: String)
    {
        let end = address.range.upperBound
        guard let database = service.database, database.written != database.name else { return (end, "") }
        let path = text[end...].prefix { !"?#; \"'".contains($0) }
        return path == "/\(database.written)" ? (path.endIndex, "/\(database.name)") : (end, "")
    }

    private func written(_ address: WrittenAddress, _ service: Draft, _ place: Spot, _ isCommand: Bool) -> String {
        let host = location(address, service)
        switch service.role {
        case .redis, .postgres:
            guard address.scheme != nil else { return host }
            guard !isCommand else {
                let help = "Read ${secret:\(service.name)-app} from `env`."
                report.changed(
                    place.path,
                    at: place.location,
                    "has no login for \(service.key): everybody can read a command",
                    help: help
                )
                return host
            }
            let account = secrets.account(of: service)
            return "\(secret(account, .user)):\(secret(account))@\(host)"
        default:
            guard let login = address.login, !isCommand else { return host }
            return "\(self.login(login, address, service.key, place))@\(host)"
        }
    }

    /// Host and port of a service, or its host alone where the text asks another port than the one it has.
    private func location(_ address: WrittenAddress, _ service: Draft) -> String {
        let usual = address.scheme.flatMap { Self.usualPorts[$0] }
        let inside = service.role == .edge ? address.port ?? usual : service.port
        if (address.port ?? usual) == inside || (address.port == nil && usual == nil) {
            return signs.sign(for: .service(service.name, .hostAndPort))
        }
        return signs.sign(for: .service(service.name, .host)) + (address.port.map { ":\($0)" } ?? "")
    }

    private static let usualPorts = [
        "http": 80, "https": 443, "redis": 6379, "postgres": 5432, "postgresql": 5432, "mysql": 3306, "mongodb": 27017,
        "amqp": 5672,
    ]

    private func foreign(_ address: WrittenAddress, _ text: String, _ place: Spot) -> String {
        guard let login = address.login else { return String(text[address.range]) }
        let rest = text[login.endIndex..<address.range.upperBound]
        return self.login(login, address, place.draft.key, place) + rest
    }

    /// A login with its password as a secret.
    private func login(_ login: Substring, _ address: WrittenAddress, _ owner: String, _ place: Spot) -> String {
        guard let password = address.password.map(String.init), !password.isEmpty else { return String(login) }
        let variable = "\(Self.variable(of: owner))_PASSWORD"
        let name = secrets.secret(for: password, variable: variable, of: place.draft.key, at: place.location)
        return "\(address.user ?? ""):\(secret(name))"
    }

    private static func variable(of service: String) -> String {
        String(service.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    /// `host=db password=...`, as libpq and others write where they connect to.
    func passwords(in text: String, _ place: Spot) -> String {
        guard let range = text.range(ofPassword: ["password=", "pwd="]) else { return text }
        let password = String(text[range])
        guard !password.isEmpty, !signs.hasSecret(password) else { return text }
        let account = place.draft.databases.first { $0.password(signs) == password }.map { secrets.account(of: $0) }
        let name =
            account
            ?? secrets.secret(
                for: password,
                variable: "\(Self.variable(of: place.draft.key))_PASSWORD",
                of: place.draft.key,
                at: place.location
            )
        return text.replacingCharacters(in: range, with: secret(name))
    }
}

extension String {
    /// What stands behind one of these words, up to the next blank, semicolon or ampersand.
    fileprivate func range(ofPassword words: [String]) -> Range<String.Index>? {
        for word in words {
            guard let found = lowercased() == self ? firstRange(of: word) : range(ofAnyCase: word) else { continue }
            let end = self[found.upperBound...].firstIndex { " ;&\t\n'\"".contains($0) } ?? endIndex
            return found.upperBound..<end
        }
        return nil
    }

    private func range(ofAnyCase word: String) -> Range<String.Index>? {
        indices.lazy.compactMap { start -> Range<String.Index>? in
            guard let end = index(start, offsetBy: word.count, limitedBy: endIndex) else { return nil }
            return self[start..<end].lowercased() == word ? start..<end : nil
        }.first
    }

    fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
