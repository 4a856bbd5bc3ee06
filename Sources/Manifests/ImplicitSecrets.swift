import Basics
import StackModel

extension ProcessManifests {
    /// The secrets a stack needs without declaring them: the administrator's password of each service that has an
    /// administrator. One that the spec declares itself is not repeated here. Sorted by name.
    ///
    /// Redis: the reload of its accounts logs in with it. Grafana: its first administrator. Postgres needs none, since
    /// its administrator is known by the user he runs as.
    package static func implicitSecrets(of stack: Stack) -> [SecretDeclaration] {
        stack.services.compactMap { service in
            switch service.kind {
            case .redis, .grafana:
                let name = administrator(of: service.name)
                guard stack.secret(name) == nil else { return nil }
                return SecretDeclaration(name: name, kind: .random, service: service.name)
            case .app, .postgres, .prometheus, .edge: return nil
            }
        }.sorted { $0.name < $1.name }
    }

    /// `<service>-admin`; a service name that leaves no room for that is cut and told apart by its digest.
    static func administrator(of service: ServiceName) -> SecretName {
        SecretName("\(service)-admin")
            ?? SecretName(unchecked: "\(service.text.prefix(25))-\(Digest(of: service.text).short)-admin")
    }

    /// Throws `invalidSpec` when the spec uses the name for a secret of a kind that cannot be a password.
    static func administratorSecret(
        of service: ServiceName,
        in stack: Stack
    ) throws(ReportableError) -> SecretName {
        let name = administrator(of: service)
        guard let declared = stack.secret(name), declared.kind != .random, declared.kind != .given else { return name }
        throw ReportableError(
            .invalidSpec,
            "secret \(name) is the administrator's password of \(service) and cannot be of kind \(declared.kind.rawValue)",
            hint: "Rename the secret, or make it kind random or given."
        )
    }
}
