import Basics
import HostAccess
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

extension DataServices {
    /// Postgres itself, with the least configuration that it needs.
    @Suite struct PostgresTests {
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
                "pg-a": SecretValue.of("shop_a", "it's \\ \"secret\" $1"),
                "pg-b": SecretValue.of("shop_b", "password-b"),
            ]
            try await Harbour.with(secrets: secrets) { harbour in
                let port = try await harbour.port("postgres", .postgres(Postgres(database: "shop")))
                let template = postgres(port, logins: ["pg-a"])
                let clock = ContinuousClock()
                let prepared = try await clock.measure {
                    try await harbour.perform(.prepareVolume("postgres"), template)
                }
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
                try await checkAccess(harbour, port, template)
                let stopped = try await clock.measure { try await harbour.stop(template) }
                try await harbour.start(both)
                try await harbour.awaitReady(both)
                #expect(try await psql(port, "shop_b", "password-b", "select n from t") == "7")
                print("initdb \(prepared), ready \(started), accounts \(configured), stop \(stopped)")
            }
        }

        private func checkAccess(_ harbour: Harbour, _ port: Int, _ template: ReplicaTemplate) async throws {
            let access = try await harbour.engine.dataAccess(of: "postgres", in: harbour.stack)
            #expect(access.server == .postgres && Int(access.version.prefix { $0 != "." }) != nil)
            #expect(access.programs.hasPrefix("/usr/lib/postgresql/") && Disk.exists("\(access.programs)/pg_dump"))
            #expect(access.volume == harbour.folder.volume("postgres") && access.owner.user == "postgres")
            #expect(access.login.socket == harbour.folder.replica("postgres-1").work && access.login.port == port)
            #expect(access.login.user == "postgres" && access.login.password == nil)
            let place = try await harbour.engine.dataPlace(of: template, in: harbour.stack)
            #expect(place.version == access.version && place.programs == access.programs)
            #expect(place.volume == access.volume && place.owner == access.owner)
            #expect(access.settings["data_checksums"] == "on" && access.settings["max_connections"] == "100")
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
}
