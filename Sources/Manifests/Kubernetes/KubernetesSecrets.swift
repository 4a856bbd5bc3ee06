import Basics
import StackModel

/// What `secrets.sh` makes for a cluster: every secret of the stack, and the files that are filled in with some.
enum KubernetesSecrets {
    static func script(for stack: Stack) throws(ReportableError) -> ManifestFile {
        var secrets = SecretFiles(stack: withoutCertificates(stack), readers: .owner)
        for service in stack.services {
            switch service.kind {
            case .redis: secrets.filled.append(try accounts(of: service.name, in: stack))
            case .app(let app):
                secrets.handedOn += (app.handedOn ?? []).map { HandedOnValue(service: service.name, variable: $0) }
            case .alertmanager:
                secrets.filled += stack.filledAddresses
                secrets.handedOn += stack.handedOnAddresses
            case .postgres, .prometheus, .grafana, .edge, .exporter: break
            }
        }
        return try secrets.script()
    }

    /// A certificate is a Secret of a type of its own, and not made here.
    private static func withoutCertificates(_ stack: Stack) -> Stack {
        var stack = stack
        let certificates = stack.services.compactMap { service in
            if case .edge(let edge) = service.kind { edge.tls?.certificate } else { nil }
        }
        stack.secrets.removeAll { certificates.contains($0.name) }
        return stack
    }

    private static func accounts(of redis: ServiceName, in stack: Stack) throws(ReportableError) -> RenderedFile {
        RenderedFile(
            path: "\(SecretFiles.folder)/\(RedisContainer.accountsFile(of: redis))",
            content: try RedisContainer.accounts(of: redis, in: stack)
        )
    }
}
