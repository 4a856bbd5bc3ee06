import Basics
import StackModel

/// Redis: append-only file and snapshots as declared, one ACL user per `redis-user` secret, nobody without a password.
enum RedisTemplate {
    /// The user that reloads the accounts. Its password is the implicit secret `<service>-admin`.
    static let administrator = "slipway"
    /// Redis writes its data out before it ends, which takes as long as the data is large.
    static let grace = TimeSpan.seconds(60)
    /// What an app may do: everything but the commands that administer or can stall the server, and `INFO`, which
    /// job queues and clients read to learn the version and the eviction policy.
    static let appRights = "~* &* +@all -@admin -@dangerous +info"

    /// What the exporter asks: figures and settings, no key and no change.
    static let exporterRights =
        "resetkeys resetchannels -@all +ping +info +client|setname +config|get +slowlog|get +slowlog|len"
        + " +latency|latest +latency|histogram"

    /// Share of a limit that data may fill, in percent: while a snapshot or the append-only file is written, all that
    /// changes is there twice, and connections and buffers come on top. With less room the kernel ends a Redis that should
    /// have refused a write (docs/decisions/0041).
    static let dataShare = 45

    static func make(
        _ service: Service,
        _ redis: Redis,
        _ inputs: ManifestInputs
    ) throws(ReportableError) -> ReplicaTemplate {
        let administratorSecret = try ProcessManifests.administratorSecret(of: service.name, in: inputs.stack)
        let users = inputs.stack.secrets.filter { $0.kind == .redisUser && $0.service == service.name }.map(\.name)
        return ReplicaTemplate(
            service: service.name,
            kind: service.kind.word,
            version: redis.version,
            command: ["redis-server", "\(.directory)/redis.conf"],
            files: [
                RenderedFile(path: "redis.conf", content: configuration(of: redis, service, inputs.stack)),
                RenderedFile(
                    path: "users.acl",
                    content: accounts(
                        users,
                        administratorSecret,
                        exporter: try ExporterTemplate.secret(watching: service.name, in: inputs.stack)
                    ),
                    reloadable: true
                ),
                RenderedFile(
                    path: "admin.secret",
                    content: Template([.secret(administratorSecret, .value)]),
                    reloadable: true
                ),
            ],
            user: .named("redis"),
            port: .fixed(try inputs.port(of: service.name)),
            volume: Volume(),
            probe: .redis,
            limits: service.resources,
            stop: StopRule(signal: .terminate, grace: grace),
            reload: .redisACL
        )
    }

    private static func configuration(of redis: Redis, _ service: Service, _ stack: Stack) -> Template {
        var text = ConfigurationText()
        text.lines([
            "bind 127.0.0.1",
            "port \(.port)",
            "protected-mode yes",
            "unixsocket \"\(.directory)/redis.sock\"",
            "unixsocketperm 700",
            "aclfile \"\(.directory)/users.acl\"",
            "daemonize no",
            "logfile \"\"",
            "dir \"\(.volume)\"",
            // A backup asks for a snapshot as a replica does, and nobody else is waited for.
            "repl-diskless-sync-delay 0",
        ])
        text.lines(settings(of: redis, limit: service.resources.memory))
        if stack.archivesLog(of: service.name) { text.lines(RedisArchive.settings) }
        return text.template
    }

    /// What is the same wherever it runs: how data is kept, and how much of it.
    static func settings(of redis: Redis, limit: ByteCount?) -> [Template] {
        var settings: [Template] =
            redis.persistence.contains(.aof) ? ["appendonly yes", "appendfsync everysec"] : ["appendonly no"]
        settings.append(redis.persistence.contains(.rdb) ? "save 3600 1 300 100 60 10000" : "save \"\"")
        if let memory = redis.memory ?? limit.map({ ByteCount(bytes: $0.bytes / 100 * dataShare) }) {
            settings.append("maxmemory \(memory.bytes)")
        }
        // Data is never thrown away behind the app's back: a full Redis refuses writes.
        return settings + ["maxmemory-policy noeviction"]
    }

    static func accounts(
        _ users: [SecretName],
        _ administratorSecret: SecretName,
        exporter: SecretName? = nil
    ) -> Template {
        var text = ConfigurationText()
        // Nobody can be it; but what a server has in its append-only file it does as this user, and what was a transaction
        // it leaves out where that user may not (docs/decisions/0044).
        text.line("user default off ~* &* +@all")
        text.line("user \(administrator) on #\(.secret(administratorSecret, .sha256)) ~* &* +@all")
        if let exporter {
            text.line("user \(ExporterTemplate.user) on #\(.secret(exporter, .sha256)) \(exporterRights)")
        }
        for user in users {
            text.line("user \(.secret(user, .user)) on #\(.secret(user, .sha256)) \(appRights)")
        }
        return text.template
    }
}
