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

    @Test("Typed values take variables too, and are checked with what these hold")
    func typed() {
        let text = spec("app: {command: [run], replicas: \"${COUNT}\", image: \"a:${TAG:-latest}\"}")
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
            "app: {command: [run], image: a}",
            "environments: {a: {}, b: {services: {app: {image: \"${TAG}\"}}}}\n"
        )
        #expect(load(text, environment: "a").stack != nil)
        #expect(load(text, environment: "b").messages == ["error: variable TAG is not set"])
    }
}
