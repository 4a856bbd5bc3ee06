import Basics
import StackModel

/// `secrets.sh`: makes the secrets of a stack where it is started, since no manifest ever holds one.
///
/// The script is for a person who has the rendered files and no Slipway. It needs a POSIX shell and what every machine
/// has, may run again at any time, and no value stands in the arguments of a process.
struct SecretFiles {
    let stack: Stack
    /// Files with secrets in them that programs read, such as Redis's list of users. Paths relative to the script.
    var filled: [RenderedFile] = []
    /// What the spec's author took from the environment: nobody said whether it is secret, so it is handled as if it
    /// were.
    var handedOn: [HandedOnValue] = []
    /// Who reads the files.
    var readers = Readers.containers
    /// The variables of the `.env` that Compose reads; no such file when nil.
    var dotEnv: DotEnvFile?

    /// Docker shows a file to a container as it is; kustomize reads it for whoever started it.
    enum Readers {
        case owner, containers
    }

    static let folder = "secrets"

    /// The file of a secret, relative to the script.
    static func path(of secret: SecretName) -> String { "\(folder)/\(secret)" }

    /// Throws `broken` when a filled file refers to anything but secrets.
    func script() throws(ReportableError) -> ManifestFile {
        let secrets = try stack.containerSecrets()
        // Nobody is asked for a value that nothing reads here, such as that of a contact of another environment.
        let read = stack.readSecrets.union(filled.flatMap(\.content.secrets))
        let given = secrets.filter {
            $0.kind == .given && (read.contains($0.name) || dotEnv?.files.contains($0.name.text) == true)
        }
        var lines = [SecretScript.head(of: stack, for: readers), SecretScript.functions, ""]
        lines += given.map(line) + handedOn.sorted { $0.file < $1.file }.map(line)
        lines += [SecretScript.complaint, ""]
        lines += secrets.filter { $0.kind != .given }.map(line)
        for file in filled.sorted(by: { $0.path < $1.path }) { lines.append(try SecretScript.filling(file)) }
        if let dotEnv { lines.append(dotEnv.lines) }
        return ManifestFile("secrets.sh", lines.joined(separator: "\n") + "\n", isExecutable: true)
    }

    private func line(for secret: SecretDeclaration) -> String {
        switch secret.kind {
        case .given: SecretScript.given(secret.name.text, from: secret.from)
        // A key for HMAC-SHA-256 is to be as long as the hash: 43 of 64 characters are 258 bits.
        case .jwtHS256: "random \(secret.name) 43"
        case .redisUser, .postgresRole, .random: "random \(secret.name) 32"
        }
    }

    private func line(for value: HandedOnValue) -> String { SecretScript.given(value.file, from: value.variable) }
}

extension Stack {
    /// Every secret that containers need: the declared ones, those of the services' administrators, and those of the
    /// users that watch data services and back them up. Sorted by name.
    func containerSecrets() throws(ReportableError) -> [SecretDeclaration] {
        var known = secrets + ProcessManifests.implicitSecrets(of: self)
        for service in services {
            for name in try passwords(of: service) where !known.contains(where: { $0.name == name }) {
                known.append(SecretDeclaration(name: name, kind: .random, service: service.name))
            }
        }
        return known.sorted { $0.name < $1.name }
    }

    fileprivate var readSecrets: Set<SecretName> {
        var names: [SecretName] = []
        for service in services {
            if case .app(let app) = service.kind { names += app.texts.flatMap(\.secrets) }
            if case .edge(let edge) = service.kind { names += [edge.tls?.certificate].compactMap { $0 } }
        }
        for contact in contacts ?? [] {
            names += [contact.secret].compactMap { $0 }
            if case .secretWebhook(let url) = contact.way { names += url.secrets }
        }
        return Set(names)
    }

    private func passwords(of service: Service) throws(ReportableError) -> [SecretName] {
        switch service.kind {
        case .redis, .postgres: break
        case .app, .prometheus, .grafana, .edge, .exporter, .alertmanager: return []
        }
        var names = [try ProcessManifests.administratorSecret(of: service.name, in: self)]
        if isBackedUp(service.name) { names.append(try ServiceLogin.backup(of: service.name, in: self).secret) }
        return names
    }
}

/// A value that the spec's author took from the environment, as whoever runs the script has it in a variable.
struct HandedOnValue: Hashable {
    /// Below `secrets/`. No secret has a dot in its name.
    let file: String
    let variable: String

    init(file: String, variable: String) {
        self.file = file
        self.variable = variable
    }

    /// A variable of an app has the same name here.
    init(service: ServiceName, variable: String) {
        self.init(file: "\(service).\(variable)", variable: variable)
    }
}
