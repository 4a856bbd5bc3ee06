import Basics
import StackModel

/// A user of a data service in containers that no spec declares, and the secret that is its password.
struct ServiceLogin: Hashable {
    var user: String
    var secret: SecretName

    /// Reads figures and nothing else.
    static func exporter(of service: ServiceName, in stack: Stack) throws(ReportableError) -> ServiceLogin {
        guard let secret = try ExporterTemplate.secret(watching: service, in: stack) else {
            throw ReportableError(.broken, "nobody watches \(service)")
        }
        return ServiceLogin(user: ExporterTemplate.user, secret: secret)
    }

    /// Reads everything and changes nothing.
    static func backup(of service: ServiceName, in stack: Stack) throws(ReportableError) -> ServiceLogin {
        try login("backup", of: service, in: stack)
    }

    private static func login(
        _ user: String,
        of service: ServiceName,
        in stack: Stack
    ) throws(ReportableError) -> ServiceLogin {
        ServiceLogin(user: user, secret: try ProcessManifests.password(for: user, of: service, in: stack))
    }
}

extension Stack {
    func isWatched(_ service: ServiceName) -> Bool { exporter(watching: service) != nil }

    func exporter(watching service: ServiceName) -> ServiceName? {
        services.first { if case .exporter(let exporter) = $0.kind { exporter.service == service } else { false } }?
            .name
    }

    func isBackedUp(_ service: ServiceName) -> Bool { backups.contains { $0.subject == .service(service) } }

    /// The declared credentials of a service.
    func logins(of service: ServiceName, _ kind: SecretDeclaration.Kind) -> [SecretName] {
        secrets.filter { $0.kind == kind && $0.service == service }.map(\.name)
    }
}
