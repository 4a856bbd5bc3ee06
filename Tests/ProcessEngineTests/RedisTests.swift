import Basics
import HostAccess
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

extension DataServices {
    /// Redis itself, with the least configuration that it needs.
    @Suite struct RedisTests {
        private func redis(_ port: Int, users: [SecretName], extra: String = "") -> ReplicaTemplate {
            let accounts = users.map {
                "user \(.secret($0, .user)) on #\(.secret($0, .sha256)) ~* &* +@all\n" as Template
            }
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
                "redis-admin": SecretValue.of("slipway", "admin-password"),
                "redis-a": SecretValue.of("app-a", "password-a"),
                "redis-b": SecretValue.of("app-b", "password-b"),
            ]
            try await Harbour.with(secrets: secrets) { harbour in
                let port = try await harbour.port("redis", .redis(Redis()))
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
                #expect(
                    observed.processID == process && observed.configuration == second.configuration && observed.ready
                )
                try await harbour.perform(.removeReplica("redis-1"))
                #expect(try await harbour.engine.observe(harbour.stack, .glance).volumes == ["redis"])
                #expect(Disk.list(harbour.folder.volume("redis")).contains("appendonlydir"))
            }
        }

        @Test("an administrator reaches a Redis that runs, and learns how it keeps its data")
        func access() async throws {
            let secrets: [SecretName: SecretValue] = [
                "redis-admin": SecretValue.of("slipway", "admin-password"),
                "redis-a": SecretValue.of("app-a", "password-a"),
            ]
            try await Harbour.with(secrets: secrets) { harbour in
                let port = try await harbour.port("redis", .redis(Redis()))
                let settings = "databases 5\nappendfilename shop.aof\nsave \"\""
                let template = redis(port, users: ["redis-a"], extra: settings)
                try await harbour.perform(.prepareVolume("redis"), template)
                try await harbour.start(template)
                try await harbour.awaitReady(template)
                let access = try await harbour.engine.dataAccess(of: "redis", in: harbour.stack)
                #expect(access.server == .redis && access.programs == "/usr/bin" && access.version.hasPrefix("7."))
                #expect(access.volume == harbour.folder.volume("redis"))
                #expect(access.owner.user == "redis" && access.owner.userID != 0)
                #expect(access.login.user == "slipway" && access.login.password?.reveal() == "admin-password")
                #expect(Disk.exists(access.login.socket) && access.login.port == port)
                #expect(access.settings["databases"] == "5" && access.settings["appendonly"] == "yes")
                #expect(access.settings["appendfilename"] == "shop.aof" && access.settings["save"] == "")
                #expect(access.settings["dbfilename"] == "dump.rdb")
                try await harbour.stop(template)
                let error = await #expect(throws: ReportableError.self) {
                    _ = try await harbour.engine.dataAccess(of: "redis", in: harbour.stack)
                }
                #expect(error?.code == .notFound && error?.message == "redis of shop/test does not run")
                // Where its data lies is known all the same.
                let place = try await harbour.engine.dataPlace(of: template, in: harbour.stack)
                #expect(place.layout == access.place.layout && place.layout["databases"] == "5")
                #expect(place.version == access.version && place.programs == access.programs)
                #expect(place.volume == access.volume && place.owner == access.owner)
                #expect(place.beside == harbour.folder.beside("redis"))
            }
        }

        @Test("Redis is not ready while it loads its data")
        func loadingRedis() async throws {
            let secrets: [SecretName: SecretValue] = [
                "redis-admin": SecretValue.of("slipway", "admin-password"),
                "redis-a": SecretValue.of("app-a", "password-a"),
            ]
            try await Harbour.with(secrets: secrets) { harbour in
                let port = try await harbour.port("redis", .redis(Redis()))
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
                "redis-admin": SecretValue.of("slipway", "admin-password"),
                "redis-a": SecretValue.of("app-a", "password-a"),
                "redis-b": SecretValue.of("app-b", "password-b"),
            ]
            try await Harbour.with(secrets: secrets) { harbour in
                let port = try await harbour.port("redis", .redis(Redis()))
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

        @Test("Redis takes up a new password of its administrator")
        func administrator() async throws {
            let old: [SecretName: SecretValue] = ["redis-admin": SecretValue.of("slipway", "old-password")]
            try await Harbour.with(secrets: old) { harbour in
                let port = try await harbour.port("redis", .redis(Redis()))
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
                        secret: { _ in SecretValue.of("slipway", "new-password") }
                    )
                )
                #expect(try await ping(port, user: "slipway", password: "new-password") == "PONG")
                #expect(Disk.text("\(harbour.folder.replica("redis-1").work)/admin.secret") == "new-password")
            }
        }
    }
}
