import Basics
import StackModel

/// Addresses in a text, and the passwords that stand in them or beside them.
extension References {
    /// The text with references in place of the addresses in it.
    func addresses(in text: String, _ place: Spot, isCommand: Bool = false) -> String {
        var result = text
        for address in AddressScan.addresses(in: text).reversed() {
            guard let service = directory[address.host], service !== place.draft else {
                if address.login != nil {
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
        let found = NamedValues.all(in: text).compactMap { name, range -> (Range<String.Index>, SecretName)? in
            let password = String(text[range])
            guard !signs.hasSecret(password), Credential.isLikely(name, password, signs) else { return nil }
            if let service = spot.draft.databases.first(where: { $0.password(signs) == password }) {
                return (range, secrets.account(of: service))
            }
            let word = name.split(separator: ".").last ?? "password"
            return (range, secret(for: password, variable: "\(spot.name)_\(word)", spot))
        }
        return replacing(found, in: text)
    }

    /// The text with secrets in the place of what looks like a credential.
    func tokens(in text: String, _ variable: String, _ spot: Spot) -> String {
        let users = AddressScan.addresses(in: text).compactMap { address -> Range<String.Index>? in
            // `https://TOKEN@example.com`
            guard let login = address.login, ["http", "https"].contains(address.scheme), !login.isEmpty,
                (address.password ?? "").isEmpty, !signs.hasReference(String(login))
            else { return nil }
            return login.startIndex..<(address.user?.endIndex ?? login.endIndex)
        }
        let looks = CredentialText.ranges(in: text).filter { range in !users.contains { $0.overlaps(range) } }
        let found = (users + looks).sorted { $0.lowerBound < $1.lowerBound }.map { range in
            (range, secret(for: String(text[range]), variable: variable, spot))
        }
        return replacing(found, in: text)
    }

    private func replacing(_ found: [(Range<String.Index>, SecretName)], in text: String) -> String {
        var result = text
        for (range, name) in found.reversed() { result.replaceSubrange(range, with: secret(name)) }
        return result
    }

    private func secret(for value: String, variable: String, _ spot: Spot) -> SecretName {
        let variable = VariableName.made(of: variable)
        return secrets.secret(for: value, variable: variable, of: spot.draft.key, at: spot.location)
    }
}
