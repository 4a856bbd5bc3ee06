import Basics
import StackModel

extension ProcessManifests {
    /// The secrets a stack needs without declaring them: the administrator's password of each service that has an
    /// administrator, the password of each exporter, and the key with which Grafana encrypts the passwords it keeps. One
    /// that the spec declares itself is not repeated here. Sorted by name.
    ///
    /// Redis: the engine logs in with it. Grafana: its first administrator. Postgres needs none, since its administrator
    /// is known by the user he runs as.
    package static func implicitSecrets(of stack: Stack) -> [SecretDeclaration] {
        stack.services.flatMap { service in
            names(of: service).filter { stack.secret($0) == nil }
                .map { SecretDeclaration(name: $0, kind: .random, service: service.name) }
        }.sorted { $0.name < $1.name }
    }

    private static func names(of service: Service) -> [SecretName] {
        switch service.kind {
        case .redis: [name(service.name, "admin")]
        case .grafana: [name(service.name, "admin"), name(service.name, "key")]
        case .exporter: [name(service.name, "password")]
        case .app, .postgres, .prometheus, .edge, .alertmanager: []
        }
    }

    /// `<service>-<purpose>`; a service name that leaves no room for that is cut and told apart by its digest.
    private static func name(_ service: ServiceName, _ purpose: String) -> SecretName {
        SecretName("\(service)-\(purpose)")
            ?? SecretName(unchecked: "\(service.text.prefix(25))-\(Digest(of: service.text).short)-\(purpose)")
    }

    /// Throws `invalidSpec` when the spec uses the name for a secret of a kind that cannot be a password.
    static func administratorSecret(
        of service: ServiceName,
        in stack: Stack
    ) throws(ReportableError) -> SecretName {
        try secret(name(service, "admin"), "the administrator's password of \(service)", in: stack)
    }

    /// Throws `invalidSpec` when the spec uses the name for a secret of a kind that cannot be a key.
    static func encryptionSecret(of service: ServiceName, in stack: Stack) throws(ReportableError) -> SecretName {
        try secret(name(service, "key"), "the encryption key of \(service)", in: stack)
    }

    /// Throws `invalidSpec` when the spec uses the name for a secret of a kind that cannot be a password.
    static func exporterSecret(of service: ServiceName, in stack: Stack) throws(ReportableError) -> SecretName {
        try secret(name(service, "password"), "the password of \(service)", in: stack)
    }

    /// Throws `invalidSpec` when the spec uses the name for a secret of a kind that cannot be a password.
    static func password(
        for user: String,
        of service: ServiceName,
        in stack: Stack
    ) throws(ReportableError) -> SecretName {
        try secret(name(service, user), "the password of the user \(user) of \(service)", in: stack)
    }

    private static func secret(
        _ name: SecretName,
        _ purpose: String,
        in stack: Stack
    ) throws(ReportableError) -> SecretName {
        guard let declared = stack.secret(name), declared.kind != .random, declared.kind != .given else { return name }
        throw ReportableError(
            .invalidSpec,
            "secret \(name) is \(purpose) and cannot be of kind \(declared.kind.rawValue)",
            hint: "Rename the secret, or make it kind random or given."
        )
    }
}
