import Basics
import StackModel

/// Addresses in a text, and the passwords that stand in them or beside them.
extension References {
    /// The text with references in place of the addresses in it.
    func addresses(in text: String, _ place: Spot, isCommand: Bool = false) -> String {
        var result = ""
        var end = text.startIndex
        for address in AddressScan.addresses(in: text) where address.range.lowerBound >= end {
            guard let new = replaced(address, in: text, place, isCommand) else { continue }
            result += text[end..<address.range.lowerBound] + new.text
            end = new.end
        }
        return result + text[end...]
    }

    /// What stands there instead, and where the rest goes on; nil where an address stays as it is.
    private func replaced(_ address: WrittenAddress, in text: String, _ place: Spot, _ isCommand: Bool)
        -> (text: String, end: String.Index)?
    {
        guard let service = directory[address.host], service !== place.draft else {
            guard address.login != nil else { return nil }
            return (foreign(address, text, place), address.range.upperBound)
        }
        guard service.isReachable else {
            _ = unreachable(service, place, text)
            return nil
        }
        let end = database(of: service, behind: address, in: text, place)
        guard !isJava(address, in: text) else { return (withoutLogin(address, service, place) + end.text, end.index) }
        return (written(address, service, place, isCommand) + end.text, end.index)
    }

    /// JDBC takes no login in front of a host.
    private func isJava(_ address: WrittenAddress, in text: String) -> Bool {
        address.scheme.map { text[..<address.range.lowerBound].lowercased().hasSuffix("jdbc:\($0)://") } ?? false
    }

    private func withoutLogin(_ address: WrittenAddress, _ service: Draft, _ place: Spot) -> String {
        if service.role == .postgres {
            let account = secrets.account(of: service)
            report.changed(
                place.path,
                at: place.location,
                "has no login for \(service.key): JDBC takes that from properties of its own",
                help: "They are ${secret:\(account).user} and ${secret:\(account)}."
            )
        }
        return location(address, service)
    }

    /// The path of an address, where it is a database that is called otherwise in the spec.
    private func database(of service: Draft, behind address: WrittenAddress, in text: String, _ place: Spot)
        -> (index: String.Index, text: String)
    {
        let end = address.range.upperBound
        guard let database = service.database else { return (end, "") }
        let path = text[end...].prefix { !"?#; \"'".contains($0) }
        if path == "/\(database.written)" { return (path.endIndex, "/\(database.name)") }
        if path.count > 1, path.first == "/", !signs.hasReference(String(path)) {
            report.changed(
                place.path,
                at: place.location,
                "names the database \(path.dropFirst()), and \(service.key) has one alone: \(database.name)",
                help: "Give it a service of kind postgres of its own."
            )
        }
        return (end, "")
    }

    private func written(_ address: WrittenAddress, _ service: Draft, _ place: Spot, _ isCommand: Bool) -> String {
        let host = location(address, service)
        switch service.role {
        case .redis, .postgres:
            guard address.scheme != nil else { return host }
            guard !isCommand || address.password?.isEmpty == false else {
                let help = "Read ${secret:\(secrets.account(of: service))} from `env`."
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
            guard let login = address.login else { return host }
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
        return self.login(login, address, place.name, place) + rest
    }

    /// A login with its password as a secret.
    private func login(_ login: Substring, _ address: WrittenAddress, _ owner: String, _ place: Spot) -> String {
        guard let password = address.password.map(String.init), !password.isEmpty else { return String(login) }
        let variable = VariableName.made(of: "\(owner)_PASSWORD")
        let name = secrets.secret(for: password, variable: variable, of: place.draft.key, at: place.location)
        return "\(address.user ?? ""):\(secret(name))"
    }

    // MARK: - Without a login

    /// `host=db password=...`, as libpq and others write where they connect to, and the queries of addresses.
    func passwords(in text: String, _ spot: Spot) -> String {
        let found = NamedValues.all(in: text).filter { name, range in
            let password = String(text[range])
            return !signs.hasSecret(password) && Credential.isLikely(name, password, signs)
        }
        return replacing(found, in: text) { name, password in
            if let service = spot.draft.databases.first(where: { $0.password(signs) == password }) {
                return secrets.account(of: service)
            }
            let word = name.split(separator: ".").last ?? "password"
            return secret(for: password, variable: "\(spot.name)_\(word)", spot)
        }
    }

    /// The text with secrets in the place of what looks like a credential.
    func tokens(in text: String, _ variable: String, _ spot: Spot) -> String {
        let users = AddressScan.addresses(in: text).compactMap { address -> Range<String.Index>? in
            guard let token = address.token, !signs.hasReference(String(token)) else { return nil }
            return token.startIndex..<token.endIndex
        }
        let looks = CredentialText.ranges(in: text).filter { range in !users.contains { $0.overlaps(range) } }
        let found = (users + looks).sorted { $0.lowerBound < $1.lowerBound }.map { (variable, $0) }
        return replacing(found, in: text) { variable, value in secret(for: value, variable: variable, spot) }
    }

    /// What begins inside of another one is a part of that.
    private func replacing(
        _ found: [(name: String, range: Range<String.Index>)],
        in text: String,
        by name: (String, String) -> SecretName
    ) -> String {
        var result = ""
        var end = text.startIndex
        for (word, range) in found where range.lowerBound >= end {
            result += text[end..<range.lowerBound] + secret(name(word, String(text[range])))
            end = range.upperBound
        }
        return result + text[end...]
    }

    private func secret(for value: String, variable: String, _ spot: Spot) -> SecretName {
        let variable = VariableName.made(of: variable)
        return secrets.secret(for: value, variable: variable, of: spot.draft.key, at: spot.location)
    }
}
