import Basics
import StackModel

enum ExporterWorkload {
    static func make(_ service: Service, _ exporter: Exporter, _ stack: Stack) throws(ReportableError) -> Workload {
        let login = try ServiceLogin.exporter(of: exporter.service, in: stack)
        let secret = SecretFile(login.secret)
        var container = Container(
            name: service.name.text,
            image: try ContainerImage.reference(for: service),
            port: ContainerAddress.port(of: service).map { Container.Port(name: "metrics", number: $0) },
            liveness: ContainerProbe(.tcp, period: 10, timeout: 5, failures: 6),
            resources: ContainerResources.small.declaring(service.resources)
        )
        switch exporter.subject {
        case .redis:
            container.environment = redis(exporter.service, login, secret)
            container.readiness = ContainerProbe(.http(path: "/health"), period: 5, timeout: 5, failures: 3)
        case .postgres:
            container.arguments = Exporter.postgresCollectors
            container.environment = postgres(exporter.service, login, secret, stack)
            container.readiness = ContainerProbe(.http(path: "/"), period: 5, timeout: 5, failures: 3)
            container.mounts = [.secrets([secret])].compactMap { $0 }
        }
        let identity = Identity(
            program: service.kind.word,
            name: service.name.text,
            image: container.image,
            in: stack
        )
        let pod = PodSpec(identity: identity, container: container, grace: 15)
        return Workload(service: service, pod: pod, secrets: [secret])
    }

    private static func redis(_ subject: ServiceName, _ login: ServiceLogin, _ secret: SecretFile) -> [ManifestValue] {
        [
            ["name": "REDIS_ADDR", "value": "redis://\(subject):6379"],
            ["name": "REDIS_USER", "value": .text(login.user)],
            ["name": "REDIS_PASSWORD", "valueFrom": secret.reference],
        ]
    }

    private static func postgres(
        _ subject: ServiceName,
        _ login: ServiceLogin,
        _ secret: SecretFile,
        _ stack: Stack
    ) -> [ManifestValue] {
        guard case .postgres(let postgres)? = stack.service(subject)?.kind else { return [] }
        return [
            ["name": "DATA_SOURCE_URI", "value": "\(subject):5432/\(postgres.database)?sslmode=disable"],
            ["name": "DATA_SOURCE_USER", "value": .text(login.user)],
            ["name": "DATA_SOURCE_PASS_FILE", "value": .text(secret.path)],
        ]
    }
}
