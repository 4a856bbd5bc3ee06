import Basics
import StackModel
import Testing

@testable import StackSpec

@Suite("References")
struct ReferenceTests {
    private func env(_ value: String, _ variables: [String: String] = [:]) -> LoadedSpec {
        load(
            spec(
                """
                app: {command: [run], port: 80, env: {V: \(value)}}
                redis: {kind: redis}
                """,
                "secrets: {user: {kind: redis-user, service: redis}, key: {kind: random}}\n"
            ),
            variables: variables
        )
    }

    @Test(
        "A variable is filled in at once",
        arguments: [
            ("\"${NAME}\"", "value"), ("\"a-${NAME}-b\"", "a-value-b"), ("\"${UNSET:-default}\"", "default"),
            ("\"${UNSET:-}\"", ""), ("\"${EMPTY:-x}\"", "x"), ("\"${NAME:-x}\"", "value"), ("\"$${NAME}\"", "${NAME}"),
            ("\"$$$${NAME}\"", "$${NAME}"), ("$HOME", "$HOME"), ("a$", "a$"), ("\"$$\"", "$"),
            ("\"${UNSET:-a:b:-c}\"", "a:b:-c"), ("\"${OTHER}\"", "${NAME}"),
        ]
    )
    func variables(written: String, meant: String) {
        let loaded = env(written, ["NAME": "value", "EMPTY": "", "OTHER": "${NAME}"])
        #expect(loaded.diagnostics.map(\.rendered) == [])
        #expect(loaded.app("app")?.env["V"] == Template(meant))
    }

    @Test("Every other reference stays one")
    func segments() {
        let all =
            "\"${port} ${service:redis} ${service:redis.host} ${service:redis.port} ${secret:key} ${secret:user.user}\""
        let segments = env(all).app("app")?.env["V"]?.segments.filter { $0 != .literal(" ") }
        #expect(
            segments == [
                .port, .service("redis", .hostAndPort), .service("redis", .host), .service("redis", .port),
                .secret("key", .value), .secret("user", .user),
            ]
        )
    }

    @Test("A replica's own address is filled in where it runs")
    func host() {
        #expect(env("\"${host}:${port}\"").app("app")?.env["V"]?.segments == [.host, .literal(":"), .port])
    }

    @Test("What the source of a template says means the template again", arguments: ["$HOME $$", "a$", "$$$${x}"])
    func source(text: String) throws {
        let template = Template([.literal(text), .port, .literal("$"), .secret("key", .value)])
        let loaded = env("'\(template.source)'")
        #expect(loaded.app("app")?.env["V"]?.source == template.source)
        let literal = try #require(loaded.app("app")?.env["V"]?.segments.first)
        #expect(literal == .literal(text))
    }

    @Test("Booleans take variables too")
    func booleans() {
        let text = spec("app: {command: [run], optional: \"${FLAG}\"}")
        #expect(load(text, variables: ["FLAG": "true"]).stack?.service("app")?.optional == true)
        #expect(load(text, variables: ["FLAG": "false"]).stack?.service("app")?.optional == false)
        let wrong = load(text, variables: ["FLAG": "yes"])
        #expect(wrong.messages == ["error: optional must be true or false, not \"${FLAG}\""])
        #expect(wrong.diagnostics.first?.suggestion == "Write true.")
    }

    @Test("What comes from the caller's environment is remembered as such, defaults are not")
    func handedOn() {
        let text = spec(
            "app: {command: [run], env: {A: \"${NAME}\", B: \"b-${NAME:-x}\", C: \"${UNSET:-x}\", D: text}}"
        )
        let loaded = load(text, variables: ["NAME": "value"])
        #expect(loaded.app("app")?.handedOn == ["A", "B"])
        #expect(loaded.messages == [])
        #expect(load(text).messages == ["error: variable NAME is not set"])
    }

    @Test("A credential from the caller's environment is warned about where it stands")
    func credentials() {
        let text = spec("app:\n  command: [run]\n  env:\n    URL: \"db://${DB_PWD}@x\"\n    SK: ${VALUE}\n")
        let loaded = load(text, variables: ["DB_PWD": "hunter2", "VALUE": "hunter3"])
        #expect(loaded.diagnostics.map(\.location.line) == [7, 8])
        #expect(
            loaded.messages.first
                == "warning: URL takes the credential ${DB_PWD} as plain text, which the ledger keeps as it is"
        )
        #expect(!loaded.diagnostics.map(\.rendered).joined().contains("hunter"))
    }

    @Test("Typed values take variables too, and are checked with what these hold")
    func typed() {
        let text = spec("app: {command: [run], replicas: \"${COUNT}\", source: a, image: \"a:${TAG:-latest}\"}")
        #expect(load(text, variables: ["COUNT": "4"]).stack?.service("app")?.replicas == 4)
        #expect(load(text, variables: ["COUNT": "4"]).app("app")?.image == "a:latest")
        let wrong = load(text, variables: ["COUNT": "four"])
        #expect(wrong.messages == ["error: replicas must be a whole number, 0 to 1000, not \"${COUNT}\""])
    }

    @Test("A reference in a folded text is found in its own line")
    func folded() {
        let loaded = load(spec("app:\n  command: [run]\n  env:\n    V: |\n      one\n      two ${NOPE}\n"))
        #expect(loaded.diagnostics.map(\.location.line) == [9])
        #expect(loaded.diagnostics.map(\.location.column) == [13])
    }

    @Test("Only the chosen environment's variables are needed")
    func otherEnvironment() {
        let text = spec(
            "app: {command: [run], source: a, image: a}",
            "environments: {a: {}, b: {services: {app: {image: \"${TAG}\"}}}}\n"
        )
        #expect(load(text, environment: "a").stack != nil)
        #expect(load(text, environment: "b").messages == ["error: variable TAG is not set"])
    }
}
