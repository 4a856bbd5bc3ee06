import Basics
import StackSpec
import Testing

@testable import ComposeImport

@Suite("What an import decides")
struct TranslationTests {
    private func services(_ text: String) throws -> ImportedSpec { try translate("services:\n" + text) }

    private func left(_ spec: ImportedSpec, _ part: String) -> Bool {
        spec.leftOut.contains { $0.message.contains(part) }
    }

    @Test("a name that is none in a spec is another one everywhere")
    func names() throws {
        let spec = try services(
            """
              My_App: {image: a, environment: {DB: "postgres://db_1:5432/x"}, depends_on: [db_1]}
              my-app: {image: b}
              db_1: {image: postgres:15}
              config: {image: c}
            """
        )
        #expect(spec.text.contains("\n  my-app-2:\n") && spec.text.contains("\n  my-app:\n"))
        #expect(spec.text.contains("\n  db-1:\n") && spec.text.contains("dependsOn: [db-1]"))
        #expect(spec.text.contains("${service:db-1}/x") && spec.text.contains("\n  config-service:\n"))
    }

    @Test("two who wait for each other do so no more, and that is said")
    func circle() throws {
        let spec = try services("  a: {image: a, depends_on: [b]}\n  b: {image: b, depends_on: [a, nobody, b]}\n")
        #expect(spec.text.contains("dependsOn: [b]") && !spec.text.contains("dependsOn: [a"))
        #expect(
            left(spec, "depends_on (a)") && left(spec, "depends_on (nobody) is left out: the file has no such service")
        )
    }

    @Test("Traefik's labels become routes")
    func labels() throws {
        let spec = try services(
            """
              proxy: {image: "traefik:v3.0", command: ["--providers.docker"], ports: ["80:80", "8080:8080"]}
              api:
                image: a
                labels:
                  - "traefik.http.routers.api.rule=Host(`shop.example.com`) && PathPrefix(`/api`)"
                  - "traefik.http.services.api.loadbalancer.server.port=8000"
              web:
                image: b
                labels: {traefik.http.routers.web.rule: "Host(`shop.example.com`)"}
                expose: [3000]
              other:
                image: c
                expose: [80]
                labels:
                  traefik.http.routers.one.rule: "Host(`a.io`)||(Host(`b.io`) && PathPrefix(`/x||y`))"
                  traefik.http.routers.two.rule: "Host(`c.io`) || Host(`d.io`, `e.io`) && PathPrefix(`/x||y`)"
                  traefik.http.routers.three.rule: "Host(`f.io`) || HostRegexp(`.*`)"
            """
        )
        for route in ["c.io, path: /", "d.io, path: \"/x||y\"", "e.io, path: \"/x||y\""] {
            #expect(spec.text.replacing("'", with: "\"").contains("{host: \(route), service: other}"), "\(spec.text)")
        }
        #expect(!spec.text.contains("a.io") && !spec.text.contains("b.io") && !spec.text.contains("f.io"))
        #expect(spec.text.contains("- {host: shop.example.com, path: /api, service: api}"))
        #expect(spec.text.contains("- {host: shop.example.com, path: /, service: web}"))
        #expect(spec.text.contains("port: 8000") && spec.text.contains("listen: 80\n"))
    }

    @Test("a router of Traefik that asks for a password, or says what a route cannot, gets no route, and that is said")
    func refusedRouters() throws {
        let spec = try services(
            """
              proxy: {image: "traefik:v3.0", ports: ["80:80"]}
              admin:
                image: a
                expose: [80]
                labels:
                  - "traefik.http.routers.admin.rule=Host(`admin.example.com`)"
                  - "traefik.http.routers.admin.middlewares=gate@docker"
                  - "traefik.http.middlewares.gate.basicauth.users=me:x"
              off: {image: b, expose: [80], labels: {traefik.enable: "false", traefik.http.routers.off.rule: "Host(`o.io`)"}}
              board:
                image: c
                expose: [80]
                labels:
                  traefik.http.routers.board.rule: Host(`b.io`)
                  traefik.http.routers.board.service: api@internal
                  traefik.http.routers.own.rule: Host(`own.io`)
                  traefik.http.routers.own.middlewares: small
                  traefik.http.middlewares.small.compress: "true"
            """
        )
        #expect(
            !spec.text.contains("admin.example.com") && !spec.text.contains("o.io,")
                && !spec.text.contains("{host: b.io")
        )
        #expect(spec.text.contains("- {host: own.io, path: /, service: board}"))
        #expect(spec.said.contains("services.admin.labels.traefik.http.routers.admin"))
        #expect(spec.said.contains("its middleware gate@docker"))
        #expect(spec.said.contains("services.board.labels.traefik.http.routers.board"))
        #expect(!spec.said.contains("Everything goes to"))
    }

    @Test("the default of a credential in a command or a check is not carried over")
    func defaultsOfCredentials() throws {
        let spec = try services(
            """
              api:
                image: a
                command: [serve, "--password=${DB_PASSWORD:-hunter2}", --token, "${T:-hunter3}", --level, "${LEVEL:-info}"]
                healthcheck: {test: [CMD, check, -a, "${CACHE_PASSWORD:-hunter4}"]}
              kv: {image: "valkey/valkey:8", command: [valkey-server, --requirepass, hunter5]}
            """
        )
        #expect(!spec.text.contains("hunter") && !spec.said.contains("hunter"), "\(spec.text)\n\(spec.said)")
        #expect(spec.text.contains("${LEVEL:-info}"))
    }

    @Test("of a credential that is written beside a variable, no part is carried over")
    func halfOfACredential() throws {
        let spec = try services(
            """
              api: {image: a, environment: {DB_PASSWORD: "hunter2${REST}", API_TOKEN: "${ONE}${TWO}"}}
            """
        )
        #expect(!spec.text.contains("hunter") && !spec.said.contains("hunter"), "\(spec.text)\n\(spec.said)")
        #expect(spec.text.contains("DB_PASSWORD: \"${secret:db-password}\""))
        #expect(spec.text.contains("API_TOKEN: \"${secret:one}${secret:two}\""))
    }

    @Test("what is so anyway is not said: required dependencies, and a check that a data service has once")
    func saidOnce() throws {
        let spec = try services(
            """
              api: {image: a, depends_on: {db: {condition: service_healthy, required: true}}}
              db: {image: "postgres:16", healthcheck: {test: [CMD, pg_isready]}}
            """
        )
        #expect(!spec.said.contains("required") && !spec.said.contains("no such key"), "\(spec.said)")
        #expect(spec.said.split(separator: "healthcheck").count == 2, "\(spec.said)")
    }

    @Test("a proxy with nothing behind it, or before PHP-FPM, stays a web server")
    func webServer() throws {
        let alone = try services(
            "  site: {image: nginx, ports: [\"8080:80\"], volumes: [\"./html:/usr/share/nginx/html\"]}\n"
        )
        #expect(alone.text.contains("image: nginx\n") && alone.text.contains("- {path: /, service: site}"))
        let php = try services(
            "  web: {image: nginx, ports: [\"80:80\"], depends_on: [php]}\n  php: {image: \"wordpress:6-fpm\"}\n"
        )
        #expect(php.text.contains("- {path: /, service: web}") && php.text.contains("port: 9000"))
    }

    @Test("port 9000 is FastCGI before a build that says nothing else, and HTTP where somebody asks it so")
    func portOfFastCGI() throws {
        let proxy = "  web: {image: nginx, ports: [\"80:80\"], depends_on: [app]}\n"
        let silent = try services(proxy + "  app: {build: ., expose: [9000]}\n")
        #expect(silent.text.contains("- {path: /, service: web}"))
        let asked = try services(proxy + "  app: {build: ., healthcheck: {test: curl -f http://localhost:9000/up}}\n")
        #expect(asked.text.contains("- {path: /, service: app}"), "\(asked.text)")
    }

    @Test("a volume of two belongs to the one that writes it")
    func sharedVolume() throws {
        let spec = try services(
            """
              reader: {image: a, volumes: ["media:/media:ro"]}
              writer: {image: b, volumes: ["media:/srv/media"]}
            volumes: {media: {}}
            """
        )
        #expect(spec.text.contains("volumes:\n      - {name: media, path: /srv/media}"))
        #expect(
            left(
                spec,
                "services.reader.volumes (/media) is left out: volumes belong to one service, and media is now writer's"
            )
        )
    }

    @Test("a credential is a secret; what only sounds like one is not")
    func credentials() throws {
        let spec = try services(
            """
              a:
                image: a
                environment:
                  API_TOKEN: abc
                  TOKEN_TTL: "3600"
                  AUTH_ENABLED: "true"
                  AUTH_URL: http://auth.example.com
                  SENTRY_DSN: https://key@sentry.example.com/1
                  PUBLIC_KEY: abc
                  DB: mysql://root:hidden@db.example.com/x
                  DSN_LIKE: "host=db user=x password=hidden2 dbname=y"
                  HANDED_ON_KEY:
                  HEADER_TOKEN: Bearer ${TOKEN}
            """
        )
        for name in ["api-token", "sentry-dsn", "db-password", "dsn-like", "token"] {
            #expect(spec.text.contains("${secret:\(name)}"), "\(name)")
        }
        for kept in [
            "TOKEN_TTL: \"3600\"", "AUTH_ENABLED: \"true\"", "AUTH_URL: http://auth.example.com", "PUBLIC_KEY: abc",
        ] {
            #expect(spec.text.contains(kept), "\(kept)")
        }
        for value in ["hidden", "abc\n  AUTH", "key@"] { #expect(!spec.text.contains(value), "\(value)") }
        #expect(spec.variables.map(\.name).contains("HANDED_ON_KEY"))
    }

    @Test("two services with another value of one name have two secrets, with the same value one")
    func sameName() throws {
        let spec = try services(
            """
              a: {image: a, environment: {SECRET_KEY: one}}
              b: {image: b, environment: {SECRET_KEY: two}}
              c: {image: c, environment: {SECRET_KEY: one, OTHER_SECRET: two}}
            """
        )
        #expect(spec.variables.map(\.name) == ["B_SECRET_KEY", "SECRET_KEY"])
    }

    @Test("a password in a command is no part of the spec")
    func commandPassword() throws {
        let spec = try services(
            "  a: {image: python, command: [serve, --admin-password=geheim, --token, geheim2, --port, \"80\"]}\n"
        )
        #expect(!spec.text.contains("geheim") && spec.variables.map(\.name) == ["ADMIN_PASSWORD", "TOKEN"])
        #expect(spec.text.contains("ADMIN_PASSWORD: \"${secret:admin-password}\""))
    }

    @Test("what Redis is told on its command line")
    func redis() throws {
        let spec = try services(
            """
              cache:
                image: redis:7.2
                command: sh -c "redis-server --requirepass $$PASS --save '' --maxmemory 64mb --loglevel warning"
                environment: {PASS: geheim}
              web: {image: a, environment: {CACHE_URL: "redis://:geheim@cache:6379", CACHE_PASSWORD: geheim}}
            """
        )
        #expect(spec.text.contains("persistence: [aof]") && spec.text.contains("memory: 64MiB"))
        #expect(spec.text.contains("redis://${secret:cache-app.user}:${secret:cache-app}@${service:cache}"))
        #expect(spec.text.contains("CACHE_PASSWORD: \"${secret:cache-app}\"") && !spec.text.contains("geheim"))
        #expect(left(spec, "services.cache.command (loglevel)"))
    }

    @Test("how old data of Redis is taken over depends on how it was kept")
    func oldRedis() throws {
        for (command, advice) in [
            ("[redis-server, --appendonly, \"yes\"]", "Copy the old `appendonlydir`"),
            ("[redis-server]", "let the user slipway say `CONFIG SET appendonly yes`"),
            ("[redis-server, --appendonly, \"no\"]", "Redis reads an old dump.rdb"),
        ] {
            let spec = try services(
                "  cache: {image: redis:7, command: \(command), volumes: [\"cache:/data\"]}\nvolumes: {cache: }\n"
            )
            let said = spec.changed.compactMap(\.suggestion)
            #expect(said.contains { $0.contains(advice) }, "\(said)")
        }
    }

    @Test("an address for JDBC has no login in it, and a database that there is not is said")
    func jdbc() throws {
        let spec = try services(
            """
              login: {image: a, environment: {DB_URL: "jdbc:postgresql://db:5432/login", OTHER: "postgres://db/shop"}}
              db: {image: "postgres:16", environment: {POSTGRES_DB: shop, POSTGRES_PASSWORD: geheim}}
            """
        )
        #expect(spec.text.contains("\"jdbc:postgresql://${service:db}/login\""), "\(spec.text)")
        #expect(spec.text.contains("@${service:db}/shop\""))
        let said = spec.changed.map(\.message)
        #expect(said.contains { $0.contains("DB_URL: has no login for db") })
        #expect(
            said.count { $0.contains("names the database") } == 1 && said.contains { $0.contains("database login") }
        )
    }

    @Test("a program in Java gets a limit that its heap fits into")
    func javaMemory() throws {
        let spec = try services(
            """
              search: {image: "docker.elastic.co/elasticsearch/elasticsearch:8.15.0", environment: {ES_JAVA_OPTS: -Xms1g -Xmx1g}}
              graph: {image: "neo4j:5"}
              jobs: {image: jobs, command: [java, -Xmx300m, -jar, jobs.jar], mem_limit: 1g}
            """
        )
        for memory in ["2GiB", "1GiB"] { #expect(spec.text.contains("memory: \(memory)")) }
        #expect(spec.text.split(separator: "memory: 2GiB").count == 3, "\(spec.text)")
    }

    @Test("images that only look like a kind are apps")
    func lookalikes() throws {
        let spec = try services(
            "  a: {image: \"valkey/valkey:8\"}\n  b: {image: \"timescale/timescaledb:2.14-pg15\"}\n  c: {image: \"redis/redis-stack\"}\n"
        )
        #expect(!spec.text.contains("kind:"))
    }

    @Test("a check that names no times has those of Compose")
    func timesOfChecks() throws {
        let spec = try services(
            """
              web: {image: "a:1", expose: [80], healthcheck: {test: [CMD, curl, -f, "http://localhost/up"]}}
              work: {image: "b:1", healthcheck: {test: [CMD, ask], interval: 5s}}
            """
        )
        #expect(spec.text.contains("health: {readiness: /up, interval: 30s, timeout: 30s}"), "\(spec.text)")
        #expect(spec.text.contains("health: {command: [ask], interval: 5s, timeout: 30s}"), "\(spec.text)")
    }

    @Test("plain requests are sent on only at the address that they were taken at")
    func addressOfPlainRequests() throws {
        for (plain, isKept) in [("80:80", true), ("127.0.0.1:8080:80", false), ("[::1]:8080:80", false)] {
            let spec = try services(
                "  proxy: {image: \"nginx:1.27\", ports: [\"\(plain)\", \"443:443\"]}\n  web: {image: \"a:1\", expose: [80]}\n"
            )
            #expect(spec.text.contains("redirectFrom") == isKept, "\(spec.text)")
            #expect(left(spec, "would be open to others") != isKept, "\(spec.said)")
        }
        let alone = try services("  web: {image: \"a:1\", ports: [\"[::1]:5000:5000\"]}\n")
        #expect(alone.text.contains("listen: \"[::1]:5000\""))
    }

    @Test("a key that Compose does not know is said, with the one that was meant")
    func misspelt() throws {
        let spec = try services("  a: {image: a, enviroment: {A: b}}\n")
        #expect(spec.leftOut.first?.message == "services.a.enviroment is left out: Compose knows no such key")
        #expect(spec.leftOut.first?.suggestion == "Did you mean environment?")
    }

    @Test("nothing is left out without a word")
    func complete() throws {
        for key in ServiceOmissions.known where !["image", "extends"].contains(key) {
            // What Compose would refuse is an error, which says even more.
            guard let spec = try? services("  a: {image: a, \(key): {zzz: {yyy: x}}}\n") else { continue }
            let isSaid = spec.said.contains(key) || spec.text.contains("zzz")
            #expect(isSaid, "\(key):\n\(spec.said)\n\(spec.text)")
        }
    }

    @Test("what is not started again is a job when nobody reaches it or waits for it, and else is listed")
    func jobs() throws {
        let spec = try services(
            """
              once: {image: a, restart: "no"}
              seed: {image: b, deploy: {restart_policy: {condition: none}}}
              web: {image: c, restart: "no", ports: ["80:80"], depends_on: [base]}
              base: {image: d, restart: "no"}
              retried: {image: e, restart: "on-failure:3"}
              policy: {image: f, deploy: {restart_policy: {condition: on-failure}}}
              always: {image: g, restart: always, deploy: {restart_policy: {condition: any}}}
            """
        )
        #expect(spec.text.split(separator: "replicas: 0").count == 3, "\(spec.text)")
        #expect(spec.said.contains("services.once, services.seed: a job that ends is no service"), "\(spec.said)")
        #expect(left(spec, "services.policy.deploy.restart_policy"))
        for name in ["web", "base", "retried"] { #expect(left(spec, "services.\(name).restart"), "\(spec.said)") }
        for name in ["once", "seed", "always"] { #expect(!left(spec, "services.\(name)."), "\(spec.said)") }
    }

    @Test("names that only Compose knows, and doors of which none is left, are listed")
    func namesAndDoors() throws {
        let spec = try services(
            """
              db: {image: mysql, ports: ["3306:3306"], networks: {default: {aliases: [database, db]}}}
              app: {image: a, links: ["db:mysql", db], environment: {HOST: database}}
            """
        )
        #expect(left(spec, "networks.default.aliases, services.app.links are left out: services reach each other"))
        #expect(left(spec, "services.db.ports is left out: nothing of the stack is reached from outside any more"))
        #expect(spec.text.contains("HOST: \"${service:db.host}\""))
        let open = try services("  app: {image: a, links: [db], ports: ['80:80']}\n  db: {image: mysql}\n")
        #expect(!left(open, "reached from outside any more") && !left(open, "links"), "\(open.said)")
    }

    @Test("a default that names a service is the reference, and one with a password is none")
    func defaults() throws {
        let spec = try services(
            """
              db: {image: "postgres:16", environment: {POSTGRES_PASSWORD: "${PW:-postgres}", POSTGRES_DB: postgres}}
              web:
                image: a
                environment:
                  DB_HOST: ${DB_HOST:-db}
                  DB_PORT: ${DB_PORT:-5432}
                  PGPASSWORD: ${PW:-postgres}
                  PGUSER: postgres
                  DATABASE_URL: postgres://${DB_USER:-postgres}:${PW:-postgres}@${DB_HOST:-db}:${DB_PORT:-5432}/postgres?x=y
                  OTHER: ${OTHER_URL:-https://user:geheim@example.com}
                  THEME: ${THEME:-dark}
            """
        )
        for line in [
            "DB_HOST: \"${service:db.host}\"", "DB_PORT: \"${service:db.port}\"", "PGPASSWORD: \"${secret:db-app}\"",
            "PGUSER: \"${secret:db-app.user}\"", "OTHER: \"${OTHER_URL}\"", "THEME: \"${THEME:-dark}\"",
            "\"postgres://${secret:db-app.user}:${secret:db-app}@${service:db}/shop?x=y\"",
        ] {
            #expect(spec.text.contains(line), "\(line)\n\(spec.text)")
        }
        #expect(!spec.text.contains("geheim") && spec.variables.map(\.name) == ["OTHER_URL"])
    }

    @Test("an env_file gives variables, and one that is missing is said")
    func environmentFile() throws {
        let text =
            "services:\n  a: {image: a, env_file: [one.env, {path: two.env, required: false}, three.env], environment: {B: own}}\n"
        let spec = try translate(text, files: ["one.env": "# c\nA=1\nB=2\nAPI_KEY=geheim\n"])
        #expect(spec.text.contains("A: \"1\"") && spec.text.contains("B: own") && !spec.text.contains("geheim"))
        #expect(left(spec, "three.env could not be read") && !left(spec, "two.env"))
        #expect(spec.variables.first?.location?.description == "one.env:4:1")
    }
}
