import Basics
import StackModel
import StackSpec
import Testing

@testable import ComposeImport

@Suite("Credentials of a Compose file")
struct CredentialTests {
    private func services(_ text: String) throws -> ImportedSpec { try translate("services:\n" + text) }

    /// What files that are made from the spec would show of the caller's environment, and would be refused for.
    private func refusals(_ spec: ImportedSpec) throws -> [String] {
        let variables = Dictionary(spec.variables.map { ($0.name, "set") }) { first, _ in first }
        let loaded = SpecLoader.load(
            SpecText(file: "stack.yaml", bytes: Array(spec.text.utf8)),
            environment: nil,
            variables: variables
        )
        try #require(loaded.stack != nil, "\(loaded.diagnostics.map(\.rendered))\n\(spec.text)")
        return loaded.shownVariables().filter { $0.severity == .error }.map(\.message)
    }

    @Test(
        "in a command are put in by a shell, from the environment",
        arguments: [
            ("[flower, --basic_auth=me:hunter2]", "exec flower --basic_auth=\"$BASIC_AUTH\""),
            ("[serve, --api-token, hunter2, --port, \"80\"]", "exec serve --api-token \"$API_TOKEN\" --port 80"),
            ("[curl, -fsu, \"me:hunter2\", x]", "exec curl -fsu \"$PASSWORD\" x"),
            ("[serve, \"--token=${T:-hunter2}\"]", "exec serve --token=\"$T\""),
            ("[serve, \"--dsn=postgres://u:hunter2@db.example.com/x\"]", "--dsn=postgres://u:\"$A_PASSWORD\"@db.exam"),
            ("[serve, it's, \"host=x password=hunter2\"]", #"exec serve 'it'\\''s' 'host=x password='\"$A_PASSWORD\""#),
            ("sh -c 'serve --password=hunter2 && exec x'", "serve --password=\\\"$PASSWORD\\\" && exec x"),
            (#"sh -c 'serve "--password=hunter2"'"#, "serve \\\"--password=$${PASSWORD}\\\""),
            ("[bash, -c, \"TOKEN='hunter2' serve $$HOME\"]", "TOKEN=''\\\"$TOKEN\\\"'' serve $HOME"),
        ]
    )
    func commands(_ command: String, _ line: String) throws {
        let spec = try services("  a: {image: a, command: \(command)}\n")
        let shown = line.contains("\\\"") ? line : line.replacing("\"", with: "\\\"")
        #expect(spec.text.contains(shown), "\(shown)\n\(spec.text)")
        #expect(!spec.text.contains("hunter2") && !spec.said.contains("hunter2"), "\(spec.text)")
        #expect(try refusals(spec) == [])
        #expect(spec.said.contains("services.a.command: a credential in it stands in `env` now"))
    }

    @Test("that are called as a user, a database or a program leave those alone")
    func namesakes() throws {
        let spec = try services(
            """
              db:
                image: mysql:8
                environment: {MYSQL_PASSWORD: wordpress}
                healthcheck: {test: mysqladmin ping -u wordpress -pwordpress --db=wordpress_prod --name=wordpress}
              other:
                image: mysql:8
                environment: {MYSQL_ROOT_PASSWORD: mysql}
                healthcheck: {test: chown mysql:mysql /x && mysql -pmysql}
              run: {image: a, command: [gosu, -u, "www-data:www-data", sh]}
            """
        )
        let check = #"ping -u wordpress -p\"$MYSQL_PASSWORD\" --db=wordpress_prod --name=wordpress"#
        #expect(spec.text.contains(check), "\(spec.text)")
        #expect(spec.text.contains(#"chown mysql:mysql /x && mysql -p\"$MYSQL_ROOT_PASSWORD\""#), "\(spec.text)")
        #expect(spec.text.contains("www-data:www-data"), "\(spec.text)")
    }

    @Test("of which several stand in one word are all taken out")
    func several() throws {
        let spec = try services(
            """
              a:
                image: a
                environment: {ONE_PASSWORD: hunter1, TWO_PASSWORD: hunter2}
                command:
                  - bash
                  - -c
                  - sh -c "x -p'hunter1' && y -phunter2"
            """
        )
        #expect(!spec.text.contains("hunter") && spec.variables.count == 2, "\(spec.text)")
    }

    @Test("stand in no default")
    func defaults() throws {
        let spec = try services(
            """
              a:
                image: a
                environment:
                  OPTIONS: ${OPTIONS:-host=db password=hunter2}
                  JAVA: ${J:--Dspring.datasource.password=hunter2}
                  GIT: ${GIT:-https://hunter2@git.example.com/a}
                  MODE: ${MODE:---level=info}
                command: [run, "${O:---password=hunter2}"]
            """
        )
        #expect(!spec.text.contains("hunter2") && !spec.said.contains("hunter2"), "\(spec.text)")
        #expect(spec.text.contains("OPTIONS: \"${OPTIONS}\"") && spec.text.contains("${MODE:---level=info}"))
    }

    @Test("in a check use the variable that the program has anyway")
    func checks() throws {
        let spec = try services(
            """
              db:
                image: mysql:8
                environment: {MYSQL_ROOT_PASSWORD: "${ROOT_PW}"}
                healthcheck: {test: [CMD, mysqladmin, ping, "-p${ROOT_PW}"]}
              other:
                image: mysql:8
                environment: {MYSQL_ROOT_PASSWORD: hunter2}
                healthcheck: {test: mysqladmin ping -phunter2}
            """
        )
        #expect(!spec.said.contains("with dots"))
        let dotted = try services("  a: {image: a, environment: [a.b=c], command: [run, --password=hunter2]}\n")
        #expect(dotted.said.contains("Debian's `sh` hands on no variables with dots"))
        #expect(spec.text.contains("exec mysqladmin ping -p\\\"$MYSQL_ROOT_PASSWORD\\\"\"]"), "\(spec.text)")
        #expect(spec.text.contains("[sh, -c, \"mysqladmin ping -p\\\"$MYSQL_ROOT_PASSWORD\\\"\"]"), "\(spec.text)")
        #expect(!spec.text.contains("hunter2") && !spec.text.contains("ROOT_PASSWORD_2"))
        #expect(try refusals(spec) == [])
    }

    @Test("for a database of the stack are its account, in a command too")
    func accounts() throws {
        let spec = try services(
            """
              db: {image: "postgres:16", environment: {POSTGRES_USER: erp, POSTGRES_PASSWORD: hunter2}}
              a: {image: odoo, command: [odoo, --db_user=erp, --db_password=hunter2, --db_host=db], depends_on: [db]}
              b: {image: b, command: [run, "postgres://erp:hunter2@db/erp"]}
            """
        )
        #expect(spec.text.contains("exec odoo --db_user=\\\"$DB_APP_USER\\\" --db_password=\\\"$DB_APP\\\""))
        let address = #"postgres://\"$DB_APP_USER\":\"$DB_APP\"'@${service:db}/erp'"#
        #expect(spec.text.contains(address), "\(spec.text)")
        #expect(!spec.text.contains("hunter2") && spec.variables.isEmpty)
        #expect(try refusals(spec) == [])
    }

    @Test(
        "are known by their look",
        arguments: [
            "-----BEGIN RSA PRIVATE KEY-----\\nMIIE", "https://hooks.slack.com/services/T00/B00/hunter2",
            "sk-abcdefghij0123456789ABCD", "ghp_0123456789abcdefghij0123456789abcdef", "AKIAIOSFODNN7EXAMPLE",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "Bearer xoxb-0123456789-abcdefghijkl",
            "https://discord.com/api/webhooks/1/hunter2hunter2", "https://0123456789abcdef@git.example.com/x.git",
            "https://example.com/?a=b&access_token=hunter2", "cache.example.com:6379,password=hunter2,ssl=True",
            "postgres://u:pa/ss?w#rd@db.example.com/x", "amqp://u:12/34@mq.example.com",
            "-Dspring.datasource.password=hunter2 -Xmx1g", "{'password': 'hunter2', 'user': 'u'}",
            "user: me, password: hunter2, port: 1", "x-team=a,Authorization=Bearer hunter2",
            "password='hunter2 hunter2'", "Authorization: Token token=abcdefghunter2",
            "https://relay.example.com/?to=https://hooks.slack.com/services/T0/B0/hunter2abc", "password=x}hunter2",
            "AccountName=shop;AccountKey=hunter2==;Suffix=x", "Endpoint=sb://x/;SharedAccessKey=hunter2=",
        ]
    )
    func looks(_ text: String) throws {
        let spec = try services("  a:\n    image: a\n    environment:\n      SETTING: \"\(text)\"\n")
        #expect(spec.variables.count == 1 && spec.variables.first?.isSecret == true, "\(spec.text)")
        let hidden = ["MIIE", "hunter2", "0123456789", "IOSFODNN7", "c2ln", "pa/ss", "w#rd", "12/34"]
        for part in hidden { #expect(!spec.text.contains(part) && !spec.said.contains(part), "\(part)") }
    }

    @Test(
        "are not seen where there are none",
        arguments: [
            "sk-learn-and-other-words-here", "https://example.com:443/@user", "https://example.com/@user/a:b@c",
            "eyJ", "https://hooks.slack.com/", "AKIA", "http://api.example.com/v1?key=name", "max_tokens=4096",
            "-Dauth.mode=x -Dtoken.ttl=1h -Dpassword.enabled=true",
            "https://github.com/a/b", "redis://cache.example.com:6379/0", "mailto:a@b.example",
            "smtp://mail.example.com:1025/?from=noreply@example.com",
            "ssh://git@example.com/x",
            "password: /run/x", "Authorization: none", "SharedAccessKeyName=RootManage", "{limit=1, hotKey=x}",
        ]
    )
    func noLooks(_ text: String) throws {
        let spec = try services("  a:\n    image: a\n    environment: {SETTING: \"\(text)\"}\n")
        #expect(spec.variables.isEmpty && spec.text.contains(text), "\(spec.text)")
    }

    @Test("inside of a text are called by their own names")
    func names() throws {
        let spec = try services(
            "  a: {image: a, environment: {C: '{\"password\": \"one\", \"apiKey\": \"two\", \"user\": \"u\"}'}}\n"
        )
        #expect(spec.variables.map(\.name) == ["C_APIKEY", "C_PASSWORD"], "\(spec.text)")
    }

    @Test("have names that a spec takes for names, and that no two overlap under")
    func oddNames() throws {
        let hooks = "https://hooks.slack.com/services/abcdefghijhttps://hooks.slack.com/services/abcdefghij"
        let spec = try services(
            """
              x_app:
                image: a
                environment: {X_API_KEY: one, x.y: "password=two", a.b.secret: three, H: "\(hooks)", x-note: four}
            """
        )
        #expect(try refusals(spec) == [])
        for line in [
            "X_API_KEY: \"${secret:xapi-key}\"", "xapi-key: {kind: given, from: X_API_KEY}", "\n  xapp:",
            "x.y: \"password=${secret:xy-password}\"", "a.b.secret: \"${secret:a-b-secret}\"", "H: \"${secret:h}\"",
        ] {
            #expect(spec.text.contains(line), "\(line)\n\(spec.text)")
        }
        #expect(spec.said.contains("x... is no name of a variable") && !spec.text.contains("four"))
    }

    @Test("are repeated by no message")
    func messages() throws {
        let spec = try services(
            """
              a:
                build: "https://x:hunter2@git.example.com/a.git"
                environment: ["API_KEY:hunter2"]
              p: {image: prom/prometheus, command: [--web.x, hunter2]}
              r: {image: "redis:7", command: [redis-server, "--masterauth=hunter2"]}
            """
        )
        #expect(!spec.text.contains("hunter2") && !spec.said.contains("hunter2"), "\(spec.said)")
        #expect(spec.said.contains("API_KEY... is no name of a variable"))
    }

    @Test("below /run/secrets are wanted as the variable that is read, for a database as its account")
    func files() throws {
        let spec = try services(
            """
              db: {image: "postgres:16", environment: {POSTGRES_PASSWORD_FILE: /run/secrets/pw}}
              a:
                image: a
                depends_on: [db]
                environment:
                  DB_PASSWORD_FILE: /run/secrets/pw
                  PGPASSFILE: /run/secrets/passfile
                  TLS_CERT: /run/secrets/cert
                  APP_FILE_STORE: /run/secrets/store
              w: {image: wordpress, depends_on: [db], environment: {WORDPRESS_DB_PASSWORD_FILE: /run/secrets/pw}}
            """
        )
        for help in [
            "Write `DB_PASSWORD: ${secret:db-app}` if", "write `PGPASSWORD: ${secret:passfile}` if",
            "write ${secret:cert} into a variable that the program takes",
            "write ${secret:store} into a variable that the program takes",
        ] {
            #expect(spec.said.contains(help), "\(help)\n\(spec.said)")
        }
        #expect(spec.text.contains("WORDPRESS_DB_PASSWORD: \"${secret:db-app}\""))
    }
}
