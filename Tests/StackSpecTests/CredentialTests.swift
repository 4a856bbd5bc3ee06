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
            ("DB_PASSWORD", "hunter2secret"), ("DB_PASSWORD", "12345678"), ("clientSecret", "hunter2secret"),
            ("CONFIG", "\"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBg\\n-----END PRIVATE KEY-----\""),
            ("CI", "ghp_0123456789abcdefghijABCDEFGHIJ012345"),
            ("HOOK", "https://hooks.slack.com/services/T0000/B0000/XXXXXXXXXXXX"),
            ("DATABASE_URL", "postgresql://shop:hunter2secret@db.example.com/shop"),
            ("MIXED", "\"xoxb-0123456789-abcdefghij at ${service:api}\""),
            ("HEADER", "\"Authorization: Bearer hunter2secret\""),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/hunter2"), ("SMTP_PASS", "hunter2secret"),
            ("SECRET_KEY_BASE", "hunter2secret"), ("API_TOKEN", "hunter2secret"), ("apiToken", "hunter2secret"),
            ("DSN", "\"host=db user=shop password=hunter2\""),
            ("STORE", "\"AccountName=a;AccountKey=hunter2+x==;B=c\""),
            ("JDBC", "\"jdbc:postgresql://db/shop?user=shop&password=hunter2\""),
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
            ("AUTH_TOKEN", "\"${service:api}\""), ("MAX_TOKENS", "4096"), ("CACHE_KEYS", "100"),
            ("GOOGLE_APPLICATION_CREDENTIALS", "/etc/gcp/key.json"), ("TLS_KEY", "/etc/tls/tls.key"),
            ("SSH_AUTH_SOCK", "/run/agent"), ("PWD", "/srv/app"), ("TOKEN_EXPIRES_IN", "15m"),
            ("DB_DSN", "sqlite:///data/app.db"), ("AUTH_SERVICE", "http://auth:8080"), ("AUTH_IMAGE", "auth"),
            ("AUTH_DOMAIN", "example.org"), ("KEY_VAULT", "shop"), ("AUTH_STRATEGY", "jwt"), ("AUTH_BACKEND", "ldap"),
            ("AUTH_CLIENT_ID", "web"), ("KEY_ID", "k1"), ("PARTITION_KEY", "user_id"), ("TOKEN_BUCKET", "small"),
            ("REDIS_KEY_SEPARATOR", "\":\""), ("PASSWORD_HASHER", "argon2"), ("PASSWORD_POLICY", "strong"),
            ("FEATURE_PASSWORD_RESET", "beta"), ("SECRETS_BACKEND", "vault"),
            ("STRIPE_PUBLISHABLE_KEY", "pk_test_0123456789abcdef"),
            ("SMTP", "\"smtp://mail:25,ops@example.org\""), ("MONGO", "\"mongodb://{user}:{password}@host/db\""),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("FORGOT_PASSWORD", "enabled"),
            ("SECRET", "\"vault:secret/data/shop#key\""), ("SHOW", "\"a=b password=required&pwd=/srv\""),
            ("DSN_OF_DB", "\"host=${service:api} password=${secret:jwt}\""),
            ("VERIFY_KEY", "\"-----BEGIN PUBLIC KEY-----\\nMIIB\""),
        ]
    )
    func areNone(_ variable: String, _ value: String) {
        let loaded = load(variable, value, strict: true)
        #expect(loaded.stack != nil && loaded.messages == [], "\(loaded.messages)")
    }

    @Test(
        "that only their variable's name suggests are never refused",
        arguments: [
            ("STRIPE_KEY", "\"abc def\""), ("AUTH", "basic"), ("VAULT_SECRET_ID", "hunter2secret"),
            ("API_TOKEN", "short"),
            ("CSRF_TOKEN", "x-csrf-token"),
        ]
    )
    func areGuessed(_ variable: String, _ value: String) {
        let loaded = load(variable, value, strict: true)
        #expect(loaded.stack != nil)
        #expect(loaded.messages == ["warning: \(variable) holds a credential in clear, or what looks like one"])
    }

    @Test(
        "are told in the arguments of a program and of its check too",
        arguments: [
            ("command: [run, --password=hunter2secret]", true), ("command: [run, PGPASSWORD=hunter2secret]", true),
            ("command: [run, \"--dsn=postgres://u:hunter2@db/x\"]", true),
            ("command: [run], health: {command: [curl, -H, \"Authorization: Bearer hunter2secret\", localhost]}", true),
            ("command: [run, --password-file=/run/secrets/db, \"--db=postgres://db/x\", --secret=none]", false),
            ("command: [run, \"--auth=${service:api}\", --key, value]", false),
            ("command: [run, --api-key, hunter2secret]", true), ("command: [run, --api-key=hunter2secret]", true),
            ("command: [run, --password, hunter2]", true),
            ("command: [sh, -c, \"run --requirepass hunter2 -x\"]", true),
            ("command: [curl, -u, \"user:hunter\", localhost]", true),
            ("command: [run, -u, \"user:hunter2secret\"]", true),
            ("command: [run, -u, \"app:app\", --user, \"1000:1000\", --password, \"${service:api}\", word]", false),
            ("command: [run, --password, --verbose, --password-file, /run/x, --token, none, -p, word]", false),
        ]
    )
    func areInArguments(_ keys: String, _ isTold: Bool) {
        for strict in [false, true] {
            let text = SpecText(file: "stack.yaml", bytes: Array(spec("api: {\(keys), port: 80}").utf8))
            let loaded = SpecLoader.load(text, environment: nil, variables: [:], isStrict: strict)
            #expect((loaded.stack == nil) == (strict && isTold), "\(loaded.messages)")
            #expect(loaded.diagnostics.count == (isTold ? 1 : 0), "\(loaded.messages)")
            #expect(loaded.messages.allSatisfy { $0.contains("command holds a credential in clear") })
            #expect(!loaded.diagnostics.contains { $0.rendered.contains("hunter2") })
        }
    }

    @Test("are not shown by what else is wrong on their line")
    func areNotQuoted() {
        let services = "q: {command: [run], prot: 80, env: {DB_PASSWORD: hunter3secret}}\nr: {command: [run], prot: 1}"
        let loaded = StackSpecTests.load(spec(services))
        #expect(loaded.diagnostics.count == 3, "\(loaded.messages)")
        #expect(!loaded.diagnostics.contains { $0.rendered.contains("hunter3") })
        #expect(loaded.diagnostics.compactMap(\.sourceLine) == ["  r: {command: [run], prot: 1}"])
    }

    @Test("of the caller's environment are told once, as before")
    func handedOn() {
        let messages = load("DB_PASSWORD", "\"${GIVEN}\"").messages
        #expect(messages.count == 1 && messages[0].contains("takes the credential ${GIVEN} as plain text"))
    }
}
