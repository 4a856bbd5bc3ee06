import Basics
import StackModel
import Testing

@testable import StackSpec

@Suite("Credentials that stand in a spec")
struct CredentialTests {
    private func load(_ variable: String, _ value: String, strict: Bool = false) -> LoadedSpec {
        let text = spec(
            "api: {command: [run], port: 80, env: {\(variable): \(value)}}",
            "secrets: {jwt: {kind: jwt-hs256}}\n"
        )
        return SpecLoader.load(
            SpecText(file: "stack.yaml", bytes: Array(text.utf8)),
            environment: nil,
            variables: ["GIVEN": "hunter2secret"],
            isStrict: strict
        )
    }

    @Test(
        "are told by the name of their variable or by their look, and refused strictly",
        arguments: [
            ("DB_PASSWORD", "hunter2secret"), ("DB_PASSWORD", "12345678"), ("STRIPE_KEY", "\"abc def\""),
            ("CONFIG", "\"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBg\\n-----END PRIVATE KEY-----\""),
            ("CI", "ghp_0123456789abcdefghijABCDEFGHIJ012345"),
            ("HOOK", "https://hooks.slack.com/services/T0000/B0000/XXXXXXXXXXXX"),
            ("DATABASE_URL", "postgresql://shop:hunter2secret@db.example.com/shop"),
            ("MIXED", "\"xoxb-0123456789-abcdefghij at ${service:api}\""),
        ]
    )
    func areTold(_ variable: String, _ value: String) throws {
        let loaded = load(variable, value)
        #expect(loaded.stack != nil)
        #expect(loaded.messages == ["warning: \(variable) holds a credential in clear, or what looks like one"])
        let told = try #require(loaded.diagnostics.first)
        let name = variable.lowercased().replacing("_", with: "-")
        #expect(
            told.suggestion?.contains("Declare `\(name): {kind: given}` under secrets, write ${secret:\(name)}") == true
        )
        #expect(!told.rendered.contains("hunter2") && told.sourceLine == nil && told.location.line == 4)
        let strict = load(variable, value, strict: true)
        #expect(strict.stack == nil && strict.diagnostics.map(\.severity) == [.error])
    }

    @Test(
        "are not what refers to one, what says where it is, and what is a setting",
        arguments: [
            ("JWT_SECRET", "\"${secret:jwt}\""), ("AUTH_HEADER", "\"Bearer ${secret:jwt}\""), ("TOKEN_TTL", "1h"),
            ("DB_PASSWORD_FILE", "/run/secrets/db"), ("AUTH", "none"), ("AUTH_ENABLED", "\"true\""),
            ("TOKEN_MAX", "80"),
            ("KEY_PREFIX", "\"shop:\""), ("PASSWORD", "\"\""), ("PUBLIC_KEY", "abc"), ("GREETING", "hello"),
            ("URL", "https://example.com:8443/a@b"), ("CACHE", "\"redis://app:${secret:jwt}@${service:api}/0\""),
            ("AUTH_TOKEN", "\"${service:api}\""),
        ]
    )
    func areNone(_ variable: String, _ value: String) {
        let loaded = load(variable, value, strict: true)
        #expect(loaded.stack != nil && loaded.messages == [], "\(loaded.messages)")
    }

    @Test("of the caller's environment are told once, as before")
    func handedOn() {
        let messages = load("DB_PASSWORD", "\"${GIVEN}\"").messages
        #expect(messages.count == 1 && messages[0].contains("takes the credential ${GIVEN} as plain text"))
    }
}
