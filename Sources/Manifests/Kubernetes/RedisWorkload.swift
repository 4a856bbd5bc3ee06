import Basics
import StackModel

enum RedisWorkload {
    static func make(_ service: Service, _ redis: Redis, _ stack: Stack) throws(ReportableError) -> Workload {
        let administrator = try ProcessManifests.administratorSecret(of: service.name, in: stack)
        let accounts = SecretFile(RedisContainer.accountsFile(of: service.name))
        let secrets = [SecretFile(administrator), accounts]
        let resources = RedisContainer.resources(of: service, redis)
        let map = ConfigurationMap(
            name: "\(service.name)-config",
            entries: [.init(file: configuration(of: service, redis, resources, accounts), path: "redis.conf")]
        )
        let container = Container(
            name: service.name.text,
            image: try ContainerImage.reference(for: service),
            arguments: ["redis-server", "/etc/redis/redis.conf"],
            port: .init(name: "redis", number: 6379),
            liveness: ContainerProbe(.tcp, period: 10, timeout: 5, failures: 6),
            readiness: ContainerProbe(
                .exec(["sh", "-c", RedisContainer.question(administrator)]),
                period: 5,
                timeout: 5,
                failures: 3
            ),
            resources: resources,
            mounts: [.configuration(map, at: "/etc/redis"), .data("/data")] + [.secrets(secrets)].compactMap { $0 }
        )
        var workload = DataWorkload.make(
            service,
            container,
            stack,
            usualStorage: DataWorkload.gibibytes(1),
            grace: RedisTemplate.grace
        )
        workload.configurations = [map]
        workload.secrets = secrets
        return workload
    }

    private static func configuration(
        of service: Service,
        _ redis: Redis,
        _ resources: ContainerResources,
        _ accounts: SecretFile
    ) -> ManifestFile {
        ManifestFile(
            "\(service.name)/config/redis.conf",
            RedisContainer.configuration(of: redis, limit: resources.memory.limit, accounts: accounts.path)
        )
    }
}
