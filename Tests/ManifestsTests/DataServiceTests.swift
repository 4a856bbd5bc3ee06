import Basics
import Foundation
import Manifests
import StackModel
import Testing

@Suite("Rendered files in the hands of their programs", .serialized)
struct DataServiceTests {
    @Test("Redis starts from its file, knows its users and nobody else")
    func startsRedis() throws {
        let port = 20900 + Int.random(in: 0..<90)
        let replica = try RenderedReplica(try template("redis"), port: port)
        defer { replica.remove() }
        try withProgram(replica.command) {
            try wait { try redis(port, nil, ["ping"]).contains("NOAUTH") }
            #expect(try redis(port, "slipway:redis-admin-value", ["acl", "whoami"]).contains("slipway"))
            #expect(try redis(port, "redis-app-user:redis-app-value", ["set", "k", "v"]).contains("OK"))
            #expect(try redis(port, "redis-app-user:redis-app-value", ["info", "server"]).contains("redis_version"))
            #expect(try redis(port, "redis-app-user:redis-app-value", ["flushall"]).contains("NOPERM"))
            #expect(try redis(port, "redis-app-user:redis-app-value", ["config", "get", "*"]).contains("NOPERM"))
            #expect(try redis(port, "redis-app-user:wrong", ["ping"]).contains("WRONGPASS"))
            #expect(try redis(port, "slipway:redis-admin-value", ["config", "get", "appendonly"]).contains("yes"))
            #expect(try redis(port, "slipway:redis-admin-value", ["acl", "load"]).contains("OK"))
        }
    }

    @Test(
        "Postgres starts from its files; the superuser comes in by the socket, nobody by loopback without password",
        .enabled(if: geteuid() == 0, "becoming postgres needs root")
    )
    func startsPostgres() throws {
        let port = 20800 + Int.random(in: 0..<90)
        let replica = try RenderedReplica(try template("postgres"), port: port)
        defer { replica.remove() }
        let asPostgres = ["runuser", "-u", "postgres", "--"]
        #expect(try run(["chown", "-R", "postgres", replica.directory]).status == 0)
        let initdb =
            try run(["sh", "-c", "ls /usr/lib/postgresql/*/bin/initdb"]).output
            .split(separator: "\n").first.map(String.init) ?? "initdb"
        let made = try run(
            asPostgres + [
                initdb, "-N", "-U", "postgres", "--auth-local=peer", "--auth-host=reject", "-D",
                "\(replica.volume)/data",
            ]
        )
        try #require(FileManager.default.fileExists(atPath: "\(replica.volume)/data/PG_VERSION"), "\(made.output)")
        let ask = asPostgres + ["psql", "-h", replica.directory, "-p", "\(port)", "-Atc"]
        // runuser stays the parent of the server, so the server is ended by its own pid file.
        try withProgram(asPostgres + replica.command) {
            defer {
                let line = (try? String(contentsOfFile: "\(replica.volume)/data/postmaster.pid", encoding: .utf8))?
                    .split(separator: "\n").first.flatMap { pid_t($0) }
                if let line { kill(line, SIGQUIT) }
                try? wait { !FileManager.default.fileExists(atPath: "\(replica.volume)/data/postmaster.pid") }
            }
            try wait { try run(ask + ["select 1"]).status == 0 }
            #expect(try run(ask + ["show shared_buffers"]).output == "256MB\n")
            #expect(try run(ask + ["select count(*) from pg_hba_file_rules where error is null"]).output == "2\n")
            #expect(try run(ask + ["select count(*) from pg_file_settings where error is not null"]).output == "0\n")
            let byLoopback = try run([
                "psql", "-w", "-h", "127.0.0.1", "-p", "\(port)", "-U", "postgres", "-c", "select 1",
            ])
            #expect(byLoopback.status != 0)
            let asRoot = ["psql", "-w", "-h", replica.directory, "-p", "\(port)", "-U", "postgres", "-Atc", "select 1"]
            #expect(try run(asRoot).output == "1\n")
            let other = ["setpriv", "--reuid=65519", "--clear-groups", "--"] + asRoot
            #expect(try run(other).status != 0)
        }
    }

    @Test("Redis refuses writes before it reaches its declared limit, also where the spec names no memory of its own")
    func limitsRedis() throws {
        var stack = ShopStack.stack()
        for index in stack.services.indices where stack.services[index].name == "redis" {
            stack.services[index].kind = .redis(Redis())
            stack.services[index].resources.memory = ByteCount(bytes: 100 << 20)
        }
        let template = try #require(try ProcessManifests.templates(ShopStack.inputs(stack))["redis"])
        let text = try #require(template.files.first { $0.path == "redis.conf" }).content.source
        #expect(text.contains("\nmaxmemory \((100 << 20) / 100 * 45)\n"))
    }

    @Test(
        "a container of Redis has room for what is there twice while it saves",
        arguments: [ManifestTarget.compose, .kubernetes]
    )
    func leavesRoom(_ target: ManifestTarget) throws {
        let redis = Service(name: "redis", kind: .redis(Redis(memory: ByteCount("1GiB"))))
        let engine: EngineKind = target == .compose ? .docker : .kubernetes
        let stack = Stack(name: "shop", environment: "test", engine: engine, services: [redis])
        let texts = try StackManifests.files(of: stack, for: target).map(\.content).joined()
        #expect(texts.contains(target == .compose ? "memory: 2276m\n" : "memory: 2276Mi\n"), "\(texts)")
        #expect(texts.contains("maxmemory \(1 << 30)"))
    }

    @Test("promtool accepts the scrape configuration, also with a hostile metrics path")
    func checksPrometheus() throws {
        var stack = ShopStack.stack()
        for path in ["/metrics", "/m\"'\\ #: {}\u{1}é"] {
            for index in stack.services.indices {
                guard case .app(var app) = stack.services[index].kind else { continue }
                app.metrics = path
                stack.services[index].kind = .app(app)
            }
            let template = try #require(try ProcessManifests.templates(ShopStack.inputs(stack))["prometheus"])
            let replica = try RenderedReplica(template, port: 9090)
            defer { replica.remove() }
            let checked = try run(["promtool", "check", "config", "\(replica.directory)/prometheus.yml"])
            #expect(checked.status == 0, "\(checked.output)")
        }
    }

    @Test("Prometheus starts with the rendered command and becomes ready")
    func startsPrometheus() throws {
        let port = 20700 + Int.random(in: 0..<90)
        let replica = try RenderedReplica(try template("prometheus"), port: port)
        defer { replica.remove() }
        try withProgram(replica.command) {
            try wait { try run(["curl", "-sf", "http://127.0.0.1:\(port)/-/ready"]).status == 0 }
        }
    }

    @Test("Grafana's data source is the stack's Prometheus, and its password is in a file")
    func provisionsGrafana() throws {
        let replica = try RenderedReplica(try template("grafana"), port: 3000)
        defer { replica.remove() }
        #expect(try replica.file("provisioning/datasources/slipway.yaml").contains("url: \"http://prometheus.test:1\""))
        #expect(try replica.file("grafana.ini").contains("admin_password = $__file{\(replica.directory)/admin.secret}"))
        #expect(try replica.file("admin.secret") == "grafana-admin-value")
        #expect(try replica.file("grafana.ini").contains("secret_key = $__file{\(replica.directory)/key.secret}"))
        #expect(try replica.file("key.secret") == "grafana-key-value")
    }

    @Test("no template holds the value of a secret, only its name")
    func holdsNoValues() throws {
        let text = CanonicalJSON.text(try ProcessManifests.templates(ShopStack.inputs()))
        for name in ["redis-app", "postgres-app", "jwt", "redis-admin", "grafana-admin"] {
            #expect(text.contains(name))
            #expect(!text.contains("\(name)-value"))
            #expect(!text.contains(Digest(of: "\(name)-value").hex))
        }
    }

    @Test(
        "each Redis, Grafana and exporter brings the secrets it needs unless the spec declares them, and no other service does"
    )
    func addsImplicitSecrets() throws {
        var stack = ShopStack.stack()
        let others: [SecretName] = [
            "grafana-admin", "grafana-key", "postgres-exporter-password", "redis-exporter-password",
        ]
        #expect(ProcessManifests.implicitSecrets(of: stack).map(\.name) == (others + ["redis-admin"]).sorted())
        #expect(ProcessManifests.implicitSecrets(of: stack).allSatisfy { $0.kind == .random })
        stack.secrets.append(SecretDeclaration(name: "redis-admin", kind: .random))
        #expect(ProcessManifests.implicitSecrets(of: stack).map(\.name) == others)
        stack.secrets[stack.secrets.count - 1].kind = .redisUser
        #expect(throws: ReportableError.self) { try ProcessManifests.templates(ShopStack.inputs(stack)) }
    }

    @Test("the secret of a service with the longest possible name has a name too")
    func namesLongServices() throws {
        let name = try #require(ServiceName(String(repeating: "a", count: 40)))
        let stack = Stack(
            name: "s",
            environment: "e",
            engine: .process,
            services: [Service(name: name, kind: .redis(Redis()))]
        )
        let secret = try #require(ProcessManifests.implicitSecrets(of: stack).first)
        #expect(SecretName(secret.name.text) == secret.name)
    }

    private func template(_ service: ServiceName) throws -> ReplicaTemplate {
        try #require(try ProcessManifests.templates(ShopStack.inputs())[service])
    }

    /// `redis-cli` as a user (`name:password`), whose password goes by the environment.
    private func redis(_ port: Int, _ user: String?, _ words: [String]) throws -> String {
        let parts = user?.split(separator: ":").map(String.init) ?? []
        let login = parts.isEmpty ? [] : ["--user", parts[0]]
        return try run(
            ["redis-cli", "-h", "127.0.0.1", "-p", "\(port)"] + login + words,
            environment: parts.isEmpty ? [:] : ["REDISCLI_AUTH": parts[1]]
        ).output
    }
}
