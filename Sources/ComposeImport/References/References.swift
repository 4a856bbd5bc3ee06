import Basics
import StackModel

/// Puts references to services and secrets where a text names them.
struct References {
    let directory: Directory
    let signs: SignTable
    let secrets: SecretBook
    let report: Report

    /// The environment of an app.
    func environment(of draft: Draft) -> [(key: String, text: String)] {
        let environment: [(key: String, text: String)] = draft.variables.compactMap { variable in
            secretFile(variable, of: draft) ?? value(of: variable, of: draft).map { (variable.key, $0) }
        }
        for service in draft.databases { sayHalf(of: service, environment, draft) }
        return environment
    }

    private func value(of variable: Variable, of draft: Draft) -> String? {
        guard let written = variable.text else {
            return handedOn(variable, Self.spot(variable, of: draft))
        }
        let place = Self.spot(variable, of: draft)
        let text = expanded(written, place)
        let value = self.value(of: variable, text, place)
        return VariableName.isForShells(variable.key) ? value : value.map { withoutVariables($0, place) }
    }

    private func value(of variable: Variable, _ text: String, _ place: Spot) -> String? {
        let draft = place.draft
        guard !text.hasPrefix(Self.secretFolder) else { return leaveFile(text, variable, place) }
        if let login = login(variable, text, of: draft) { return login }
        if let host = loneHost(variable, text, of: draft) { return host }
        let addressed = addresses(in: text, place)
        if addressed == text || !signs.hasSecret(addressed), Credential.isLikely(variable.key, text, signs) {
            return credential(variable, addressed, of: draft)
        }
        return tokens(in: passwords(in: addressed, place), variable.key, place)
    }

    /// What the caller's environment has under the same name.
    private func handedOn(_ variable: Variable, _ spot: Spot) -> String? {
        guard VariableName.isForShells(variable.key) else {
            let why = "the caller's environment has no variable of such a name"
            report.leftOut(spot.path, at: spot.location, why, help: "Write its value into `env`.")
            return nil
        }
        guard CredentialName.isLikely(variable.key) else {
            let help = "Remove it from `env` where the program must not see an empty one."
            report.changed(
                spot.path,
                at: spot.location,
                "empty where nobody sets it; Compose would leave it away",
                help: help
            )
            return signs.sign(for: .variable(variable.key, fallback: ""))
        }
        report.changed(
            spot.path,
            at: spot.location,
            "has to be given; Compose would leave it away where nobody sets it",
            help: "Remove it from `env` and from `secrets` where the program does without."
        )
        return secret(secrets.secret(handedOn: variable.key, of: spot.draft.key))
    }

    /// A name that no shell knows cannot take its value from the caller's environment; from a secret it can.
    private func withoutVariables(_ text: String, _ spot: Spot) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            guard case .variable(let name, let fallback)? = signs.reference(scalar) else {
                result.unicodeScalars.append(scalar)
                continue
            }
            if let fallback, !fallback.isEmpty {
                result += signs.literal(fallback)
                report.changed(spot.path, at: spot.location, "fixed at the default of ${\(name)}")
            } else {
                result += secret(secrets.secret(handedOn: name, of: spot.draft.key))
            }
        }
        return result
    }

    func secret(_ name: SecretName, _ part: Template.SecretPart = .value) -> String {
        signs.sign(for: .secret(name, part))
    }

    func credential(_ variable: Variable, _ text: String, of draft: Draft) -> String {
        let used = signs.variables(in: text)
        guard signs.onlyReference(in: text) == nil, !used.isEmpty else {
            if let fallback = used.first?.fallback, !fallback.isEmpty { sayDefault(of: Self.spot(variable, of: draft)) }
            return secret(secrets.secret(for: text, variable: variable.key, of: draft.key, at: variable.location))
        }
        // What stands beside a variable may be half of the password, so the whole is asked for; not the word of a scheme,
        // as in `Bearer ${TOKEN}`.
        let scheme = text.prefix { $0.isASCII && ($0.isLetter || $0 == " ") }
        guard scheme.isEmpty || scheme.hasSuffix(" "),
            text.unicodeScalars.count == scheme.unicodeScalars.count + used.count
        else { return secret(secrets.secret(handedOn: variable.key, of: draft.key)) }
        return scheme + used.map { secret(secrets.secret(handedOn: $0.name, of: draft.key)) }.joined()
    }

    private static let secretFolder = "/run/secrets/"

    /// A variable that names a file which is not there.
    private func leaveFile(_ file: String, _ variable: Variable, _ spot: Spot) -> String? {
        // libpq reads a file of another form, and takes the password itself as well.
        let name = variable.key == "PGPASSFILE" ? "PGPASSWORD" : Self.withoutFile(variable.key)
        let account = spot.draft.databases.first { $0.passwordFile == file }.map { secrets.account(of: $0).text }
        let secret = account ?? ServiceNames.repaired(String(file.dropFirst(Self.secretFolder.count)))
        let declare = account == nil ? "Declare `\(secret): {kind: given}` under `secrets`, and write" : "Write"
        report.leftOut(
            spot.path,
            at: spot.location,
            "there are no files below /run/secrets",
            help: name == variable.key
                ? "\(declare) ${secret:\(secret)} into a variable that the program takes the value itself from."
                : "\(declare) `\(name): ${secret:\(secret)}` if the program reads that."
        )
        return nil
    }

    private static func withoutFile(_ key: String) -> String {
        key.hasSuffix("_FILE") ? String(key.dropLast(5)) : key
    }

    /// `DB_PASSWORD_FILE: /run/secrets/db-password`: no such file is there, and its value is wanted instead.
    private func secretFile(_ variable: Variable, of draft: Draft) -> (key: String, text: String)? {
        let folder = Self.secretFolder
        let key = Self.withoutFile(variable.key)
        guard let text = variable.text, variable.key.hasSuffix("_FILE"), text.hasPrefix(folder),
            !signs.hasReference(text), draft.variable(key) == nil, KnownImage.readsFilesOfVariables(draft.image)
        else { return nil }
        if let service = draft.databases.first(where: { $0.passwordFile == text }) {
            return (key, secret(secrets.account(of: service)))
        }
        let name = VariableName.made(of: text.dropFirst(folder.count))
        return (key, secret(secrets.secret(handedOn: name, of: draft.key)))
    }

    /// `REDIS_HOST: redis`, and the `REDIS_PORT` that belongs to it.
    private func loneHost(_ variable: Variable, _ text: String, of draft: Draft) -> String? {
        if let service = directory[text], Self.isHost(variable.key) {
            guard service.isReachable else { return unreachable(service, Self.spot(variable, of: draft), text) }
            return signs.sign(for: .service(service.name, .host))
        }
        guard variable.key.hasSuffix("_PORT"), let port = PortReader.number(text) else { return nil }
        let stem = variable.key.dropLast(4)
        for word in ["HOST", "HOSTNAME", "SERVER", "ADDR", "ADDRESS"] {
            guard let host = draft.variable("\(stem)\(word)")?.text.flatMap(signs.plain), let service = directory[host],
                service.port == port,
                service.isReachable
            else { continue }
            return signs.sign(for: .service(service.name, .port))
        }
        return nil
    }

    /// Whether a variable of this name holds a host.
    static func isHost(_ key: String) -> Bool {
        key.uppercased().split { !$0.isLetter }.last.map { hostWords.contains(String($0)) } ?? false
    }

    private static let hostWords: Set = ["HOST", "HOSTNAME", "SERVER", "ADDR", "ADDRESS", "PGHOST", "ENDPOINT"]

    /// A part of a service that is being carried over, for messages.
    struct Spot {
        let path: String
        let location: SourceLocation
        let draft: Draft
        /// What a credential is called by that stands there.
        var name: String
    }

    static func spot(_ variable: Variable, of draft: Draft) -> Spot {
        Spot(
            path: "\(draft.path).environment.\(variable.key)",
            location: variable.location,
            draft: draft,
            name: variable.key
        )
    }

    func unreachable(_ service: Draft, _ place: Spot, _ text: String) -> String {
        report.changed(
            place.path,
            at: place.location,
            "names \(service.key), which has no address in the spec",
            help: service.role.isApp
                ? "Add `port: ...` to service \(service.name) and write ${service:\(service.name)} here." : nil
        )
        return text
    }
}

extension SignTable {
    func hasSecret(_ text: String) -> Bool {
        text.unicodeScalars.contains { if case .secret? = reference($0) { true } else { false } }
    }
}

extension Draft {
    /// It has an address in the spec.
    var isReachable: Bool { role == .edge || port != nil && (role.isApp || role.isTyped) }

    func password(_ signs: SignTable) -> String? {
        switch role {
        case .postgres: setting("POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD", signs: signs)?.text
        case .redis: redisPassword
        default: nil
        }
    }

    /// The file that a Postgres takes its password from.
    var passwordFile: String? {
        guard role == .postgres else { return nil }
        return (variable("POSTGRES_PASSWORD_FILE") ?? variable("POSTGRESQL_PASSWORD_FILE"))?.text
    }

    func user(_ signs: SignTable) -> String? {
        guard role == .postgres else { return nil }
        return setting("POSTGRES_USER", "POSTGRESQL_USERNAME", signs: signs)?.text ?? "postgres"
    }

    /// Whether a variable of an app says how to log in here.
    func hasLogin(_ text: String, for key: String, _ signs: SignTable) -> Bool {
        if CredentialName.isLikely(key) {
            return !text.isEmpty && password(signs).map { signs.areSame(text, $0) } == true
        }
        let word = VariableName.made(of: key)
        guard word.hasSuffix("USER") || word.hasSuffix("USERNAME") else { return false }
        return user(signs).map { signs.areSame(text, $0) } == true
    }
}
