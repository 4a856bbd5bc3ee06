import Basics
import StackModel
import Testing

@testable import StackSpec

@Suite("Valid specs")
struct ValidSpecTests {
    @Test("Every environment of every stack in the project loads without a finding")
    func examples() throws {
        let folders = try ["stacks", "backups"].flatMap { above in
            try Repository.folders(above).map { "\(above)/\($0)" }
        }
        #expect(folders.count { $0.hasPrefix("backups/") } >= 4)
        for name in folders {
            let path = "\(name)/stack.yaml"
            let text = SpecText(file: path, bytes: try Repository.bytes(path))
            for environment in SpecLoader.environments(in: text) {
                let loaded = SpecLoader.load(text, environment: environment, variables: [:])
                #expect(loaded.diagnostics.map(\.rendered) == [], "\(name) for \(environment)")
            }
        }
    }

    @Test("The spec that shows the whole format means what it says")
    func design() throws {
        let loaded = load(designSpec, environment: "local")
        #expect(loaded.diagnostics.allSatisfy { $0.message.contains("means nothing to the process engine") })
        let stack = try #require(loaded.stack)
        #expect(stack.id == StackID("shop", "local"))
        #expect(stack.engine == .process)
        #expect(
            stack.services.map(\.name) == [
                "api", "edge", "grafana", "postgres", "postgres-exporter", "prometheus", "redis", "redis-exporter",
            ]
        )
        let api = try #require(stack.service("api"))
        #expect(api.replicas == 2)
        #expect(api.dependsOn == ["postgres", "redis"])
        #expect(api.rollout == Rollout())
        #expect(api.resources == Resources(cpu: MilliCores("500m"), memory: ByteCount("512MiB")))
        let app = try #require(loaded.app("api"))
        #expect(app.command.last == Template([.port]))
        let url: Template = "redis://app:\(.secret("redis-app", .value))@\(.service("redis", .hostAndPort))/0"
        #expect(app.env["REDIS_URL"] == url)
        #expect(stack.service("redis")?.rollout.strategy == .recreate)
        #expect(stack.service("grafana")?.optional == true)
        #expect(stack.service("prometheus")?.kind == .prometheus(Prometheus()))
        #expect(stack.service("edge")?.kind == .edge(Edge(listen: 8080, routes: [Route(path: "/", service: "api")])))
        #expect(stack.secret("jwt")?.overlap == TimeSpan("1d"))
        #expect(stack.backups.map(\.subject) == [.service("redis"), .service("postgres"), .config])
        #expect(stack.stores.map(\.name) == ["local", "offsite"])
        #expect(stack.objectives?.latency == [LatencyObjective(percentile: 95, bound: TimeSpan(milliseconds: 300))])
    }

    @Test("The other environment of the same spec leaves the first alone")
    func production() throws {
        let stack = try #require(load(designSpec, environment: "production").stack)
        #expect(stack.engine == .kubernetes)
        #expect(stack.namespace == "shop")
        #expect(stack.service("api")?.replicas == 3)
        #expect(stack.service("grafana")?.optional == false)
    }

    @Test("What a cluster lets out and whom it watches stands under its environment")
    func cluster() throws {
        let text = spec(
            """
            api: {image: "api:1"}
            worker: {image: "worker:1"}
            redis: {kind: redis}
            """,
            """
            environments:
              production:
                engine: kubernetes
                kubernetes:
                  prometheusOperator: true
                  priorityClass: data
                  egress:
                    worker: {to: [{cidr: 10.20.0.0/16, ports: [5432]}, {cidr: "2001:db8::/32"}]}
                    api: {internet: true}
            """
        )
        let loaded = load(text)
        let stack = try #require(loaded.stack, "\(loaded.diagnostics.map(\.rendered))")
        #expect(stack.kubernetes?.priorityClass == "data")
        #expect(
            stack.kubernetes?.egress == [
                AppEgress(app: "api", internet: true),
                AppEgress(
                    app: "worker",
                    destinations: [.init(cidr: "10.20.0.0/16", ports: [5432]), .init(cidr: "2001:db8::/32")]
                ),
            ]
        )
        #expect(stack.service("redis-exporter")?.isCompanion == true)
    }

    @Test("The environments of a text are known without loading it")
    func environments() {
        let text = SpecText(file: "stack.yaml", bytes: Array(designSpec.utf8))
        #expect(SpecLoader.environments(in: text) == ["local", "production"])
        let plain = SpecText(file: "stack.yaml", bytes: Array(spec("a: {command: [b]}").utf8))
        #expect(SpecLoader.environments(in: plain) == ["local"])
        #expect(SpecLoader.environments(in: SpecText(file: "stack.yaml", bytes: [0xFF])) == [])
    }

    @Test("An environment that the spec does not have is an error that lists those it has")
    func unknownEnvironment() {
        let diagnostics = load(designSpec, environment: "prodution").diagnostics
        #expect(diagnostics.map(\.message) == ["the spec has no environment prodution"])
        #expect(diagnostics.first?.suggestion == "Did you mean `--env production`?")
        #expect(load(designSpec, environment: "staging").diagnostics.first?.suggestion == "It has local, production.")
    }

    @Test("What init writes is valid and has no finding")
    func template() throws {
        let loaded = load(SpecTemplate.initial(name: "hello"))
        #expect(loaded.diagnostics.map(\.rendered) == [])
        #expect(loaded.stack?.name == "hello")
        let uncommented = SpecTemplate.initial(name: "hello").replacing("# source", with: "source")
            .replacing("# env", with: "env").replacing("# cache", with: "cache").replacing("# secrets", with: "secrets")
            .replacing("#   token", with: "  token").replacing("# environments", with: "environments")
            .replacing("#   local", with: "  local").replacing("#   production", with: "  production")
            .replacing("        a folder beside", with: " # a folder beside")
        #expect(load(uncommented, environment: "local").diagnostics.map(\.rendered) == [])
        #expect(load(uncommented, environment: "production").diagnostics.map(\.rendered) == [])
    }

    @Test("Defaults follow from the kind, the engine and the routes")
    func defaults() throws {
        let text = spec(
            """
            job: {command: [run]}
            alone: {command: [run], port: 9000}
            routed: {command: [run], port: 9000, autoscale: {min: 3, max: 5, cpu: 50%}}
            db: {kind: postgres}
            door: {kind: edge, listen: "127.0.0.1:8080", routes: [{path: /, service: routed}]}
            """,
            "secrets: {api-key: {kind: given}}\n"
        )
        let stack = try #require(load(text).stack)
        #expect(stack.environment == "local" && stack.engine == .process)
        #expect(stack.service("job")?.rollout.strategy == .rolling)
        #expect(stack.service("alone")?.rollout.strategy == .recreate)
        #expect(stack.service("routed")?.rollout.strategy == .rolling)
        #expect(stack.service("routed")?.replicas == 3)
        #expect(stack.service("db")?.kind == .postgres(Postgres(database: "shop")))
        #expect(stack.service("db")?.storage == ByteCount("10GiB"))
        #expect(stack.secret("api-key")?.from == "API_KEY")
        guard case .edge(let edge) = stack.service("door")?.kind else { return #expect(Bool(false), "no edge") }
        #expect(edge.address == "127.0.0.1" && edge.listen == 8080)
    }

    @Test("The host of a route is one whatever its letters")
    func hosts() throws {
        let text = spec(
            """
            blog: {command: [run], port: 80}
            edge: {kind: edge, listen: 8080, routes: [{path: /, host: Blog.Example.com, service: blog}]}
            """
        )
        guard case .edge(let edge) = load(text).stack?.service("edge")?.kind else {
            return #expect(Bool(false), "no edge")
        }
        #expect(edge.routes.map(\.host) == ["blog.example.com"])
    }

    @Test("An app has volumes, and is told where each of them is")
    func volumes() throws {
        let text = spec(
            """
            api:
              command: [run, --uploads, "${volume:uploads}"]
              env: {CACHE: "${volume:cache}/v1"}
              volumes: [{name: uploads, path: /srv/uploads, storage: 5GiB}, {name: cache, path: /var/lib/api.d}]
            """,
            "environments: {there: {engine: process}}\n"
        )
        let loaded = load(text)
        #expect(
            loaded.app("api")?.volumes == [
                AppVolume(name: "uploads", path: "/srv/uploads", storage: ByteCount(bytes: 5 << 30)),
                AppVolume(name: "cache", path: "/var/lib/api.d", storage: ByteCount(bytes: 1 << 30)),
            ]
        )
        #expect(loaded.app("api")?.command.last == Template([.mount("uploads")]))
        #expect(loaded.app("api")?.env["CACHE"] == Template([.mount("cache"), .literal("/v1")]))
        #expect(load(spec("api: {command: [run], volumes: []}")).app("api")?.volumes == nil)
    }

    @Test("A health check by a program needs no port, and has more time than a path")
    func healthCommands() throws {
        let text = spec(
            """
            api: {command: [run], port: 80, health: {command: [check, "${port}", "${service:worker.host}"]}}
            worker: {command: [run], port: 81, health: {command: [check], interval: 30s, timeout: 10s}}
            job: {command: [run], health: {command: [check]}}
            """
        )
        let loaded = load(text)
        #expect(loaded.diagnostics.map(\.rendered) == [])
        #expect(
            loaded.app("api")?.health
                == HealthCheck(command: ["check", "\(.port)", "\(.service("worker", .host))"], timeout: .seconds(5))
        )
        #expect(loaded.app("worker")?.health.timeout == .seconds(10))
        #expect(loaded.app("job")?.health.command == ["check"])
    }

    @Test("Anchors, aliases and merges mean what YAML says, and keys that begin with x- are free")
    func aliases() throws {
        let text = """
            apiVersion: slipway/v1
            stack: shop
            x-common: &common
              command: [run]
              env: {LOG: info, "STAR": "a*b"}
            services:
              one: {<<: *common, x-note: mine}
              two: {<<: [*common, {replicas: 4}], replicas: 2, command: [walk, '*']}
              three: &three {command: [run]}
              four: *three

            """
        let loaded = load(text)
        #expect(loaded.diagnostics.map(\.rendered) == [])
        #expect(loaded.app("one")?.env == ["LOG": Template("info"), "STAR": Template("a*b")])
        #expect(loaded.app("two")?.command == [Template("walk"), Template("*")])
        #expect(loaded.stack?.service("two")?.replicas == 2)
        #expect(loaded.app("four")?.command == [Template("run")])
    }

    @Test("Single values keep the text that was written")
    func rawText() throws {
        let text = spec(
            """
            app:
              command: [run, 010, 1e3, 12:30:45, 0x1F, yes, 1_000]
              env: {A: 0123, B: 1.10, C: true, D: 2024-01-01, E: "no", F: .5, G: ~}
            redis: {kind: redis, version: 7.0}
            """
        )
        let loaded = load(text.replacing(", G: ~", with: ""))
        #expect(loaded.diagnostics.map(\.rendered) == [])
        #expect(loaded.app("app")?.command.map(\.source) == ["run", "010", "1e3", "12:30:45", "0x1F", "yes", "1_000"])
        #expect(loaded.app("app")?.env["A"] == Template("0123"))
        #expect(loaded.app("app")?.env["B"] == Template("1.10"))
        #expect(loaded.app("app")?.env["D"] == Template("2024-01-01"))
        #expect(load(text).messages == ["error: G has no value"])
    }

    @Test("A byte order mark, a missing line end and Windows line ends do no harm")
    func encodings() {
        let text = String(spec("app: {command: [run]}\nbad: {comand: [run]}").dropLast())
        for variant in ["\u{FEFF}\(text)", text, text.replacing("\n", with: "\r\n")] {
            let found = load(variant).diagnostics.first { $0.message.contains("comand") }
            #expect(found?.location == SourceLocation(file: "stack.yaml", line: 5, column: 9))
            #expect(found?.sourceLine == "  bad: {comand: [run]}")
        }
    }

    @Test("A variable of a program may have dots and dashes, when its value does not come from the caller")
    func dottedVariables() throws {
        let text = spec(
            "a:\n  image: a:1\n  env: {discovery.type: single-node, a-b.c: \"${secret:x}${D:-e}\"}",
            "secrets: {x: {kind: given}}\n"
        )
        let loaded = load(text + "environments: {local: {engine: docker}}\n")
        #expect(loaded.app("a")?.env["discovery.type"] == "single-node", "\(loaded.messages)")
        let refused = load(text + "environments: {local: {engine: docker}}\n", variables: ["D": "d"])
        #expect(
            refused.messages == [
                "error: a-b.c takes its value from the caller's environment, which knows no such name"
            ]
        )
    }
}
