import Basics
import StackModel

/// Where containers reach each other: by the name of the service, at the port its program is known for.
enum ContainerAddress {
    /// The port a replica serves on inside the network of the stack; nil for an app that serves nothing.
    static func port(of service: Service) -> Int? {
        switch service.kind {
        case .app(let app): app.port
        case .redis: 6379
        case .postgres: 5432
        case .prometheus: 9090
        case .grafana: 3000
        case .edge(let edge): edge.tls == nil ? 8080 : 8443
        case .alertmanager: 9093
        case .exporter(let exporter):
            switch exporter.subject {
            case .redis: 9121
            case .postgres: 9187
            }
        }
    }

    /// Fills in every reference of a text but those to secrets, which each target has its own way for. The text of the
    /// person's own goes through `literal`, for targets that expand signs of their own in it.
    static func resolve(
        _ template: Template,
        of service: Service,
        in stack: Stack,
        literal: (String) -> String = { $0 },
        secret: (SecretName, Template.SecretPart) throws(ReportableError) -> String
    ) throws(ReportableError) -> String {
        var text = ""
        for segment in template.segments {
            switch segment {
            case .literal(let part): text += literal(part)
            case .port: text += port(of: service).map(String.init) ?? ""
            case .host: text += "0.0.0.0"
            case .service(let name, let part): text += try address(of: name, part, in: stack)
            case .mount(let name): text += literal(try path(of: name, in: service))
            case .secret(let name, .user): text += literal(user(of: name))
            case .secret(let name, let part): text += try secret(name, part)
            case .directory, .volume, .targets:
                throw ReportableError(.broken, "a text for containers refers to a directory of the process engine")
            }
        }
        return text
    }

    /// The user of a credential. Without Slipway no rotation changes it.
    static func user(of secret: SecretName) -> String { secret.text.replacing("-", with: "_") }

    /// Throws `invalidSpec` for a volume that the service does not have.
    private static func path(of volume: VolumeName, in service: Service) throws(ReportableError) -> String {
        if case .app(let app) = service.kind, let found = app.volumes?.first(where: { $0.name == volume }) {
            return found.path
        }
        throw ReportableError(.invalidSpec, "service \(service.name) has no volume \(volume)")
    }

    /// Throws `invalidSpec` for a service that serves nothing.
    private static func address(
        of name: ServiceName,
        _ part: Template.AddressPart,
        in stack: Stack
    ) throws(ReportableError) -> String {
        guard let service = stack.service(name), let port = port(of: service) else {
            throw ReportableError(.invalidSpec, "service \(name) has no port, so it has no address")
        }
        return switch part {
        case .host: name.text
        case .port: "\(port)"
        case .hostAndPort: "\(name):\(port)"
        }
    }
}
