import Basics
import Glibc
import HostAccess
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

/// Redis, Postgres and HAProxy themselves, with the least configuration that they need.
@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root")) struct DataServiceTests {
    private static func secret(_ user: String?, _ value: String) -> SecretValue {
        SecretValue(user: user, value: Redacted(value))
    }

    private func port(_ service: ServiceName, _ kind: ServiceKind, _ harbour: Harbour) async throws -> Int {
        let stack = Stack(
            name: harbour.stack.stack,
            environment: harbour.stack.environment,
            engine: .process,
            services: [Service(name: service, kind: kind)]
        )
        return try await #require(harbour.engine.addresses(for: stack)[service]).port
    }

    // MARK: - Redis

    private func redis(_ port: Int, users: [SecretName], extra: String = "") -> ReplicaTemplate {
        let accounts = users.map { "user \(.secret($0, .user)) on #\(.secret($0, .sha256)) ~* &* +@all\n" as Template }
        let administrator: Template =
            "user default off\nuser slipway on #\(.secret("redis-admin", .sha256)) ~* &* +@all\n"
        return ReplicaTemplate(
            service: "redis",
            kind: "redis",
            command: ["redis-server", "\(.directory)/redis.conf"],
            files: [
                RenderedFile(
                    path: "redis.conf",
                    content: """
                        bind 127.0.0.1
                        port \(.port)
                        unixsocket \(.directory)/redis.sock
                        unixsocketperm 700
                        aclfile \(.directory)/users.acl
                        dir \(.volume)
                        appendonly yes
                        \(extra)

                        """
                ),
                RenderedFile(
                    path: "users.acl",
                    content: Template(administrator.segments + accounts.flatMap(\.segments)),
                    reloadable: true
                ),
                RenderedFile(
                    path: "admin.secret",
                    content: Template([.secret("redis-admin", .value)]),
                    reloadable: true
                ),
            ],
            secrets: Dictionary(uniqueKeysWithValues: (users + ["redis-admin"]).map { ($0, 1) }),
            user: .named("redis"),
            port: .fixed(port),
            volume: Volume(),
            probe: .redis,
            probeTiming: ProbeTiming(interval: TimeSpan(milliseconds: 100)),
            reload: .redisACL
        )
    }

    private func ping(_ port: Int, user: String, password: String) async throws -> String {
        let result = try await LiveCommandRunner().run(
            CommandLine(
                "redis-cli",
                ["-p", "\(port)", "--user", user, "PING"],
                environment: ["REDISCLI_AUTH": Redacted(password)]
            )
        )
        return result.output.split(separator: "\n").last.map(String.init) ?? ""
    }

    @Test("Redis starts on its data, takes up accounts without a restart, and keeps its data when it stops")
    func redis() async throws {
        let secrets: [SecretName: SecretValue] = [
            "redis-admin": Self.secret("slipway", "admin-password"), "redis-a": Self.secret("app-a", "password-a"),
            "redis-b": Self.secret("app-b", "password-b"),
        ]
        try await Harbour.with(secrets: secrets) { harbour in
            let port = try await port("redis", .redis(Redis()), harbour)
            let first = redis(port, users: ["redis-a"])
            try await harbour.perform(.prepareVolume("redis"), first)
            try await harbour.perform(.prepareVolume("redis"), first)
            try await harbour.start(first)
            try await harbour.awaitReady(first)
            let process = try await harbour.observed("redis-1").processID
            #expect(try await ping(port, user: "app-a", password: "password-a") == "PONG")
            let second = redis(port, users: ["redis-a", "redis-b"])
            #expect(second.revision == first.revision && second.configuration != first.configuration)
            try await harbour.perform(.reconfigure("redis-1", configuration: second.configuration), second)
            try await harbour.perform(.reconfigure("redis-1", configuration: second.configuration), second)
            #expect(try await ping(port, user: "app-b", password: "password-b") == "PONG")
            let observed = try await harbour.observed("redis-1", .probed)
            #expect(observed.processID == process && observed.configuration == second.configuration && observed.ready)
            try await harbour.perform(.removeReplica("redis-1"))
            #expect(try await harbour.engine.observe(harbour.stack, .glance).volumes == ["redis"])
            #expect(Disk.list(harbour.folder.volume("redis")).contains("appendonlydir"))
        }
    }

    @Test("Redis is not ready while it loads its data")
    func loadingRedis() async throws {
        let secrets: [SecretName: SecretValue] = [
            "redis-admin": Self.secret("slipway", "admin-password"), "redis-a": Self.secret("app-a", "password-a"),
        ]
        try await Harbour.with(secrets: secrets) { harbour in
            let port = try await port("redis", .redis(Redis()), harbour)
            // Microseconds for each key.
            let template = redis(port, users: ["redis-a"], extra: "key-load-delay 150")
            try await harbour.perform(.prepareVolume("redis"), template)
            try await harbour.start(template)
            try await harbour.awaitReady(template)
            let fill = "for i = 1, 10000 do redis.call('SET', i, i) end"
            let filled = try await LiveCommandRunner().run(
                CommandLine(
                    "redis-cli",
                    ["-p", "\(port)", "--user", "slipway", "EVAL", fill, "0"],
                    environment: ["REDISCLI_AUTH": Redacted("admin-password")]
                )
            )
            #expect(filled.succeeded)
            try await harbour.stop(template)
            try await harbour.start(template)
            let time = try await ContinuousClock().measure {
                try await harbour.awaitReady(template, for: TimeSpan(milliseconds: 0))
            }
            #expect(try await ping(port, user: "app-a", password: "password-a") == "PONG")
            #expect(time > .seconds(1))
            print("Redis that loads for more than a second is ready after \(time)")
        }
    }

    @Test(
        "a connection outlives a change of the accounts, also of those of its own user; one of a user that goes does not"
    )
    func keptConnection() async throws {
        let secrets: [SecretName: SecretValue] = [
            "redis-admin": Self.secret("slipway", "admin-password"), "redis-a": Self.secret("app-a", "password-a"),
            "redis-b": Self.secret("app-b", "password-b"),
        ]
        try await Harbour.with(secrets: secrets) { harbour in
            let port = try await port("redis", .redis(Redis()), harbour)
            let both = redis(port, users: ["redis-a", "redis-b"])
            try await harbour.perform(.prepareVolume("redis"), both)
            try await harbour.start(both)
            try await harbour.awaitReady(both)
            let program = """
                import os, socket, sys, time
                def login(name):
                    s = socket.create_connection(("127.0.0.1", \(port)))
                    s.sendall(f"AUTH app-{name} password-{name}\\r\\n".encode()); assert s.recv(99) == b"+OK\\r\\n"
                    return s
                def ask(s):
                    try: s.sendall(b"PING\\r\\n"); return s.recv(99).decode().strip() or "closed"
                    except OSError: return "closed"
                a, b = login("a"), login("b")
                open("\(harbour.home)/connected", "w").close()
                while not os.path.exists("\(harbour.home)/go"): time.sleep(0.02)
                print(ask(a), ask(b))
                """
            async let talk = LiveCommandRunner().run(CommandLine("python3", ["-c", program]))
            try await eventually("connections") { Disk.exists("\(harbour.home)/connected") }
            let one = redis(port, users: ["redis-a"])
            try await harbour.perform(.reconfigure("redis-1", configuration: one.configuration), one)
            try Disk.write([], to: "\(harbour.home)/go")
            #expect(try await talk.output == "+PONG closed\n")
            #expect(try await ping(port, user: "app-b", password: "password-b") != "PONG")
        }
    }

    // MARK: - Prometheus

    @Test("Prometheus takes up a new configuration, and a wrong one is refused with the words of promtool")
    func prometheus() async throws {
        try await Harbour.with { harbour in
            let port = try await port("prometheus", .prometheus(Prometheus()), harbour)
            func template(_ configuration: Template) -> ReplicaTemplate {
                ReplicaTemplate(
                    service: "prometheus",
                    kind: "prometheus",
                    command: [
                        "prometheus", "--config.file=\(.directory)/prometheus.yml", "--storage.tsdb.path=\(.volume)",
                        "--web.listen-address=127.0.0.1:\(.port)",
                    ],
                    files: [RenderedFile(path: "prometheus.yml", content: configuration, reloadable: true)],
                    user: .named("prometheus"),
                    port: .fixed(port),
                    volume: Volume(),
                    probe: .http(path: "/-/ready"),
                    probeTiming: ProbeTiming(interval: TimeSpan(milliseconds: 100)),
                    reload: .hangup
                )
            }
            let first = template("global: {scrape_interval: 15s}\n")
            try await harbour.perform(.prepareVolume("prometheus"), first)
            try await harbour.start(first)
            try await harbour.awaitReady(first)
            let second = template("global: {scrape_interval: 17s}\n")
            let time = try await ContinuousClock().measure {
                try await harbour.perform(.reconfigure("prometheus-1", configuration: second.configuration), second)
            }
            let request = HTTPRequest("GET", "http://127.0.0.1:\(port)/api/v1/status/config")
            let reply = try await harbour.engine.http.send(request)
            #expect(String(decoding: reply.body, as: UTF8.self).contains("scrape_interval: 17s"))
            try await harbour.perform(.reconfigure("prometheus-1", configuration: second.configuration), second)
            let wrong = template("global: {scrape_interval: often}\n")
            let error = await #expect(throws: ReportableError.self) {
                try await harbour.perform(.reconfigure("prometheus-1", configuration: wrong.configuration), wrong)
            }
            #expect(error?.details.joined().contains("not a valid duration string") == true)
            #expect(try await harbour.observed("prometheus-1").configuration == second.configuration)
            #expect(Disk.text("\(harbour.folder.replica("prometheus-1").work)/prometheus.yml")?.contains("17s") == true)
            print("Prometheus took up a configuration in \(time)")
        }
    }

    @Test("Redis takes up a new password of its administrator")
    func administrator() async throws {
        let old: [SecretName: SecretValue] = ["redis-admin": Self.secret("slipway", "old-password")]
        try await Harbour.with(secrets: old) { harbour in
            let port = try await port("redis", .redis(Redis()), harbour)
            let template = redis(port, users: [])
            try await harbour.perform(.prepareVolume("redis"), template)
            try await harbour.start(template)
            try await harbour.awaitReady(template)
            try await harbour.engine.perform(
                .reconfigure("redis-1", configuration: template.configuration),
                with: StepInputs(
                    stack: harbour.stack,
                    release: 2,
                    template: template,
                    secret: { _ in Self.secret("slipway", "new-password") }
                )
            )
            #expect(try await ping(port, user: "slipway", password: "new-password") == "PONG")
            #expect(Disk.text("\(harbour.folder.replica("redis-1").work)/admin.secret") == "new-password")
        }
    }

    // MARK: - Postgres

    private func postgres(_ port: Int, logins: [SecretName]) -> ReplicaTemplate {
        ReplicaTemplate(
            service: "postgres",
            kind: "postgres",
            command: [
                "postgres", "-D", "\(.volume)/data", "-c", "config_file=\(.directory)/postgresql.conf", "-c",
                "hba_file=\(.directory)/pg_hba.conf",
            ],
            files: [
                RenderedFile(
                    path: "postgresql.conf",
                    content: """
                        listen_addresses = '127.0.0.1'
                        port = \(.port)
                        unix_socket_directories = '\(.directory)'
                        password_encryption = 'scram-sha-256'
                        fsync = off

                        """
                ),
                RenderedFile(
                    path: "pg_hba.conf",
                    content: "local all postgres peer\nhost all all 127.0.0.1/32 scram-sha-256\n"
                ),
            ],
            secrets: Dictionary(uniqueKeysWithValues: logins.map { ($0, 1) }),
            user: .named("postgres"),
            port: .fixed(port),
            volume: Volume(preparation: .postgresCluster),
            probe: .postgres,
            probeTiming: ProbeTiming(interval: TimeSpan(milliseconds: 100)),
            stop: StopRule(signal: .interrupt, grace: .seconds(30)),
            reload: .postgresAccounts,
            accounts: PostgresAccounts(database: "shop", owner: "shop_owner", logins: logins)
        )
    }

    private func psql(_ port: Int, _ user: String, _ password: String, _ statement: String) async throws -> String {
        let result = try await LiveCommandRunner().run(
            CommandLine(
                "psql",
                ["-X", "-A", "-t", "-h", "127.0.0.1", "-p", "\(port)", "-U", user, "-d", "shop", "-c", statement],
                environment: ["PGPASSWORD": Redacted(password)],
                directory: "/"
            )
        )
        return (result.output + result.errorOutput).split(separator: "\n").joined(separator: " ")
    }

    @Test("Postgres gets a cluster, its accounts by reconfiguration, and keeps its data over a restart")
    func postgres() async throws {
        let secrets: [SecretName: SecretValue] = [
            "pg-a": Self.secret("shop_a", "it's \\ \"secret\" $1"), "pg-b": Self.secret("shop_b", "password-b"),
        ]
        try await Harbour.with(secrets: secrets) { harbour in
            let port = try await port("postgres", .postgres(Postgres(database: "shop")), harbour)
            let template = postgres(port, logins: ["pg-a"])
            let clock = ContinuousClock()
            let prepared = try await clock.measure { try await harbour.perform(.prepareVolume("postgres"), template) }
            let started = try await clock.measure {
                try await harbour.start(template)
                try await harbour.awaitReady(template)
            }
            // Until the accounts are made a plan sees that something is left to do.
            #expect(try await harbour.observed("postgres-1").configuration != template.configuration)
            let configured = try await clock.measure {
                try await harbour.perform(
                    .reconfigure("postgres-1", configuration: template.configuration),
                    template
                )
            }
            #expect(try await harbour.observed("postgres-1", .probed).configuration == template.configuration)
            let created = try await psql(
                port,
                "shop_a",
                "it's \\ \"secret\" $1",
                "create table t (n int); insert into t values (7); select current_user"
            )
            #expect(created == "CREATE TABLE INSERT 0 1 shop_owner")
            #expect(try await psql(port, "shop_a", "wrong", "select 1").contains("password authentication failed"))
            let both = postgres(port, logins: ["pg-a", "pg-b"])
            try await harbour.perform(.reconfigure("postgres-1", configuration: both.configuration), both)
            try await harbour.perform(.reconfigure("postgres-1", configuration: both.configuration), both)
            #expect(try await psql(port, "shop_b", "password-b", "select n from t") == "7")
            let stopped = try await clock.measure { try await harbour.stop(template) }
            try await harbour.start(both)
            try await harbour.awaitReady(both)
            #expect(try await psql(port, "shop_b", "password-b", "select n from t") == "7")
            print("initdb \(prepared), ready \(started), accounts \(configured), stop \(stopped)")
        }
    }

    @Test("a verifier is what Postgres itself would keep")
    func verifier() {
        // RFC 7677, section 3: user "user", password "pencil".
        let salt: [UInt8] = [
            0x5B, 0x6D, 0x99, 0x68, 0x9D, 0x12, 0x35, 0x8E, 0xEC, 0xA0, 0x4B, 0x14, 0x12, 0x36, 0xFA, 0x81,
        ]
        #expect(
            ScramVerifier(of: Redacted("pencil"), salt: salt).text
                == "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ=="
                + "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
        )
    }

    // MARK: - Edge

    @Test("an edge sends traffic to a replica once it is admitted, and none once it is drained")
    func edge() async throws {
        try await Harbour.with { harbour in
            let listen = try #require((30_200...30_300).first { Ports.isFree($0) })
            let edge = Apps.edge(listen)
            try await harbour.start(edge)
            try await harbour.awaitReady(edge)
            let app = Apps.server()
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            #expect(try await harbour.observed("api-1").traffic == .none)
            let request = HTTPRequest("GET", "http://127.0.0.1:\(listen)/")
            #expect(try await harbour.engine.http.send(request).status == 503)
            let clock = ContinuousClock()
            let admitted = try await clock.measure { try await harbour.perform(.admit("api-1")) }
            try await harbour.perform(.admit("api-1"))
            #expect(try await harbour.observed("api-1").traffic == .admitted)
            let process = try await #require(harbour.observed("api-1").processID)
            #expect(String(decoding: try await harbour.engine.http.send(request).body, as: UTF8.self) == "\(process)")
            let drained = try await clock.measure { try await harbour.perform(.drain("api-1", deadline: .seconds(5))) }
            try await harbour.perform(.drain("api-1", deadline: .seconds(5)))
            #expect(try await harbour.observed("api-1").traffic == .none)
            #expect(try await harbour.engine.http.send(request).status == 503)
            try await harbour.perform(.reconfigure("edge-1", configuration: edge.configuration), edge)
            print("admit \(admitted), drain \(drained)")
        }
    }

    @Test("an edge below port 1024 is no root and has the one capability that it needs")
    func lowPort() async throws {
        try await Harbour.with { harbour in
            let listen = try #require((850...1000).first { Ports.isFree($0) })
            let edge = Apps.edge(listen)
            try await harbour.start(edge)
            try await harbour.awaitReady(edge)
            let request = HTTPRequest("GET", "http://127.0.0.1:\(listen)/")
            #expect(try await harbour.engine.http.send(request).status == 503)
            for process in harbour.processes() where process.commandLine.hasPrefix("/usr/sbin/haproxy") {
                let status = try #require(Disk.text("/proc/\(process.id)/status"))
                #expect(!status.contains("Uid:\t0\t") && status.contains("CapEff:\t0000000000000400"))
            }
            try await harbour.perform(.reconfigure("edge-1", configuration: edge.configuration), edge)
            #expect(try await harbour.engine.http.send(request).status == 503)
        }
    }

    @Test("a Postgres that runs as whoever called slipway lets that user in as its superuser")
    func identity() async throws {
        try await Harbour.with { harbour in
            let path = "\(harbour.home)/\(PostgresIdentity.file)"
            let rendered = "slipway postgres postgres\n"
            try Disk.write(rendered.utf8, to: path)
            let own = RunAccount(userID: 1, groupID: 1, name: nil, switches: true)
            try PostgresIdentity(account: own).complete(in: harbour.home)
            #expect(Disk.text(path) == rendered)
            let caller = RunAccount(userID: 1, groupID: 1, name: nil, switches: false)
            try PostgresIdentity(account: caller).complete(in: harbour.home)
            #expect(Disk.text(path) == rendered + "slipway \"daemon\" postgres\n")
        }
    }
}
