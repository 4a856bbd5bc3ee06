import Basics
import StackModel

/// Redis in a container: its configuration, and its accounts as the file that `secrets.sh` fills in.
enum RedisContainer {
    static func configuration(of redis: Redis, limit: ByteCount?, accounts: String) -> String {
        var text = ConfigurationText()
        text.lines([
            // Of both worlds, and of whichever of them the node has.
            "bind * -::*",
            "port 6379",
            "protected-mode yes",
            "aclfile \(accounts)",
            "daemonize no",
            "dir /data",
        ])
        text.lines(RedisTemplate.settings(of: redis, limit: limit))
        return text.template.resolved { _ in "" }
    }

    /// What the spec says; else at most what its data needs while it is written to disk, and for certain what it needs
    /// all the time: connections and what lies between its data take about a quarter more.
    static func resources(of service: Service, _ redis: Redis) -> ContainerResources {
        var resources = ContainerResources.redis
        if let data = redis.memory {
            resources = resources.holding(mebibytes(data.bytes / RedisTemplate.dataShare * 100))
            resources.memory.request = max(resources.memory.request, mebibytes(data.bytes / 4 * 5))
        }
        return resources.declaring(service.resources)
    }

    private static func mebibytes(_ bytes: Int) -> ByteCount { ByteCount(bytes: ((bytes >> 20) + 1) << 20) }

    /// Asked as somebody who may: without a password the server only says that one is needed, also while it loads.
    static func question(_ administrator: SecretName) -> String {
        "test \"$(REDISCLI_AUTH=$(cat \(ContainerSecret.path(of: administrator.text))) "
            + "redis-cli --user \(RedisTemplate.administrator) --no-auth-warning ping)\" = PONG"
    }

    /// What `redis-cli --rdb` sends: it asks for a snapshot as a replica does.
    private static let backupRights = "-@all +ping +sync +psync +replconf"

    /// Below `secrets/`: `redis.acl`.
    static func accountsFile(of service: ServiceName) -> String { "\(service).acl" }

    static func accounts(of service: ServiceName, in stack: Stack) throws(ReportableError) -> Template {
        let users = stack.logins(of: service, .redisUser)
        let administrator = try ProcessManifests.administratorSecret(of: service, in: stack)
        var text = ConfigurationText()
        if stack.isWatched(service) {
            text.line(account(try ServiceLogin.exporter(of: service, in: stack), RedisTemplate.exporterRights))
        }
        if stack.isBackedUp(service) {
            text.line(account(try ServiceLogin.backup(of: service, in: stack), backupRights))
        }
        return Template(RedisTemplate.accounts(users, administrator).segments + text.template.segments)
    }

    private static func account(_ login: ServiceLogin, _ rights: String) -> Template {
        "user \(login.user) on #\(.secret(login.secret, .sha256)) \(rights)"
    }
}
