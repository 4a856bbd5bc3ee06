import Basics
import StackSpec
import Testing

@testable import ComposeImport

@Suite("Logins at the data services of a Compose file")
struct LoginTests {
    private static let db = """
        services:
          db:
            image: postgres:16
            environment: {POSTGRES_PASSWORD: "${POSTGRES_PASSWORD}", POSTGRES_USER: uu}

        """

    @Test("are mapped whole where `.env` tells that two passwords are one")
    func sameByDotEnv() throws {
        let text = Self.db + "  app: {image: a, env_file: .env, environment: {POSTGRES_USER: uu}}\n"
        for dotEnv in [nil, "POSTGRES_PASSWORD=pp1\n"] {
            let spec = try translate(text, dotEnv: dotEnv, files: [".env": "POSTGRES_PASSWORD=pp1\n"])
            #expect(spec.text.contains("POSTGRES_USER: \"${secret:db-app.user}\""), "\(spec.text)")
            #expect(spec.text.contains("POSTGRES_PASSWORD: \"${secret:db-app}\"") && spec.variables.isEmpty)
        }
    }

    @Test("have a user and a database that PostgreSQL lets anybody have")
    func reservedNames() throws {
        let text =
            "services:\n  pg: {image: postgres:16, environment: {POSTGRES_PASSWORD: p1, POSTGRES_DB: pg_x}}\n"
            + "  app: {image: a, environment: {DB: \"postgres://postgres:p1@pg/pg_x\"}}\n"
        #expect(try translate(text).text.contains("app-pg: {kind: postgres-role, service: pg}"))
        for (stack, database) in [("shop", nil), ("pg-shop", "app"), ("postgres", "app")] as [(String, String?)] {
            let spec = try translate("name: \(stack)\n\(text)")
            #expect(spec.text.contains("database:") == (database != nil), "\(spec.text)")
            #expect(database.map { spec.text.contains("database: \($0)") } ?? true, "\(spec.text)")
            #expect(spec.text.contains("@${service:pg}/\(database ?? "shop")"), "\(spec.text)")
            let loaded = SpecLoader.load(
                SpecText(file: "stack.yaml", bytes: Array(spec.text.utf8)),
                environment: nil,
                variables: [:]
            )
            #expect(loaded.stack != nil, "\(loaded.diagnostics)")
        }
    }

    @Test("of which one half is another one's are not mapped, and that is said")
    func otherPassword() throws {
        let spec = try translate(
            Self.db + "  app: {image: a, environment: {POSTGRES_USER: uu, DB_PASSWORD: \"${OTHER}\"}}\n",
            dotEnv: "# all\nOTHER=x\n"
        )
        #expect(spec.text.contains("POSTGRES_USER: uu") && spec.text.contains("DB_PASSWORD: \"${secret:other}\""))
        #expect(spec.said.contains("app.environment.POSTGRES_USER: stays as it is, and db knows no such user"))
        #expect(spec.variables.map(\.name) == ["OTHER"])
        #expect(spec.variables.first?.location?.description == ".env:2:1")
    }

    @Test("of which only the password is given are listed, with where the user belongs")
    func passwordAlone() throws {
        let redis = "services:\n  cache: {image: redis, command: redis-server --requirepass $PW}\n"
        let spec = try translate(redis + "  app: {image: a, environment: {REDIS_PASSWORD: $PW}}\n")
        #expect(spec.text.contains("REDIS_PASSWORD: \"${secret:cache-app}\""))
        #expect(spec.said.contains("app.environment.REDIS_PASSWORD: a password without its user"), "\(spec.said)")
        #expect(spec.said.contains("`redis://${secret:cache-app.user}:${secret:cache-app}@${service:cache}`"))
        let whole = try translate(
            redis + "  app: {image: a, environment: {REDIS_PASSWORD: $PW, URL: \"redis://:$PW@cache\"}}\n"
        )
        #expect(!whole.said.contains("a password without its user"), "\(whole.said)")
    }
}
