import Basics
import StackModel

/// Redis by the official image.
enum ComposeRedis {
    static func make(_ service: Service, _ redis: Redis, _ stack: Stack) throws(ReportableError) -> ComposeService {
        let administrator = try ProcessManifests.administratorSecret(of: service.name, in: stack)
        let accounts = RedisContainer.accountsFile(of: service.name)
        let resources = RedisContainer.resources(of: service, redis)
        var part = try ComposeService(service, resources: resources)
        let limit = resources.memory.limit
        part.user = OfficialUser.redis(image: part.image)
        part.command = ["redis-server", "/usr/local/etc/redis/redis.conf"]
        part.health = ComposeHealth(["CMD-SHELL", RedisContainer.question(administrator)], service)
        part.dependsOn = ComposeHealth.dependencies(of: service, in: stack)
        part.volumes = [(service.name.text, "/data")]
        part.secrets = [administrator.text, accounts]
        part.stop = StopRule(signal: .terminate, grace: RedisTemplate.grace)
        part.mounts = [("config/\(service.name)", "/usr/local/etc/redis")]
        part.files = [
            ManifestFile(
                "config/\(service.name)/redis.conf",
                RedisContainer.configuration(of: redis, limit: limit, accounts: ContainerSecret.path(of: accounts))
            )
        ]
        part.filledFiles = [
            RenderedFile(
                path: "\(SecretFiles.folder)/\(accounts)",
                content: try RedisContainer.accounts(of: service.name, in: stack)
            )
        ]
        return part
    }
}
