import Basics
import StackModel

/// Postgres in a container: its configuration, who may come in, and the roles that `psql` makes at every start. The
/// image makes a cluster of its own with a superuser `postgres`, who is let in by the local socket only.
enum PostgresContainer {
    static let socketFolder = "/var/run/postgresql"

    /// Where its configuration is seen.
    static let folder = "/etc/postgresql"
    static let command = ["postgres", "-c", "config_file=\(folder)/postgresql.conf"]
    static let initialization = "--auth-local=trust --auth-host=scram-sha-256 --data-checksums"
    /// By TCP it is the server itself, and not the one that the image runs for itself while it makes a cluster.
    static let question = ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "nobody"]

    static func configuration(memory: ByteCount?) -> String {
        var text = ConfigurationText()
        text.lines([
            "listen_addresses = '*'",
            "port = 5432",
            "unix_socket_directories = '\(socketFolder)'",
            "unix_socket_permissions = 0700",
            "hba_file = '\(folder)/pg_hba.conf'",
        ])
        text.lines(PostgresTemplate.settings(memory: memory))
        return text.template.resolved { _ in "" }
    }

    /// The volume that the image declares: from 18 on a folder higher, so that `pg_upgrade --link` can work in it.
    /// An image without a tag has the version of the spec.
    static func dataFolder(image: String, version: String?) -> String {
        let name = image.split(separator: "@").first?.split(separator: "/").last ?? ""
        let tag = name.split(separator: ":").dropFirst().first ?? Substring(version ?? "")
        let major = Int(tag.prefix { $0.isASCII && $0.isNumber }) ?? 0
        return major >= 18 ? "/var/lib/postgresql" : "/var/lib/postgresql/data"
    }

    /// Whoever reaches the socket is the user that the server runs as.
    static let access = """
        local all postgres trust
        host all postgres all reject
        host all all all scram-sha-256

        """

    /// Every password that `accounts` reads, and the superuser's.
    static func secrets(of service: ServiceName, in stack: Stack) throws(ReportableError) -> [SecretName] {
        var names = [try ProcessManifests.administratorSecret(of: service, in: stack)]
        names += stack.logins(of: service, .postgresRole)
        if stack.isWatched(service) { names.append(try ServiceLogin.exporter(of: service, in: stack).secret) }
        if stack.isBackedUp(service) { names.append(try ServiceLogin.backup(of: service, in: stack).secret) }
        return names
    }

    /// For `psql`, which reads each password from its file: none stands in a command or in this text. Repeated, it
    /// changes nothing but the passwords.
    static func accounts(
        of service: ServiceName,
        _ postgres: Postgres,
        in stack: Stack
    ) throws(ReportableError) -> String {
        let owner = identifier("\(postgres.database)_owner")
        let database = identifier(postgres.database)
        var lines = ["\\set ON_ERROR_STOP on", "SET client_min_messages = warning;", quiet]
        lines += role("\(postgres.database)_owner", "NOLOGIN")
        lines += creation(of: postgres.database, owner: owner)
        for secret in stack.logins(of: service, .postgresRole) {
            let login = ServiceLogin(user: ContainerAddress.user(of: secret), secret: secret)
            lines += role(login, "LOGIN")
            lines += [
                "GRANT \(owner) TO \(identifier(login.user));",
                "ALTER ROLE \(identifier(login.user)) SET role TO \(literal("\(postgres.database)_owner"));",
            ]
        }
        if stack.isWatched(service) {
            let login = try ServiceLogin.exporter(of: service, in: stack)
            lines += role(login, "LOGIN") + reading(login, "pg_monitor", database)
        }
        if stack.isBackedUp(service) {
            let login = try ServiceLogin.backup(of: service, in: stack)
            lines += role(login, "LOGIN BYPASSRLS") + reading(login, "pg_read_all_data", database)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A statement that fails stands in the log, but not those with a password.
    private static let quiet = "SET log_min_error_statement = panic; SET log_statement = none;"

    private static func creation(of name: String, owner: String) -> [String] {
        [
            unlessExists("CREATE DATABASE \(identifier(name)) OWNER \(owner)", "pg_database", "datname", name),
            "ALTER DATABASE \(identifier(name)) OWNER TO \(owner);",
            "REVOKE ALL ON DATABASE \(identifier(name)) FROM PUBLIC;",
            "REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC;",
        ]
    }

    private static func reading(_ login: ServiceLogin, _ right: String, _ database: String) -> [String] {
        [
            "GRANT \(right) TO \(identifier(login.user));",
            "GRANT CONNECT ON DATABASE \(database) TO \(identifier(login.user));",
        ]
    }

    private static func role(_ login: ServiceLogin, _ attributes: String) -> [String] {
        ["\\set password `cat \(ContainerSecret.path(of: login.secret.text))`"]
            + role(login.user, "\(attributes) PASSWORD :'password'")
    }

    private static func role(_ name: String, _ attributes: String) -> [String] {
        [
            unlessExists("CREATE ROLE \(identifier(name))", "pg_roles", "rolname", name),
            "ALTER ROLE \(identifier(name)) \(attributes);",
        ]
    }

    /// `psql` runs the statement that the query returns; CREATE DATABASE cannot stand in a block.
    private static func unlessExists(_ statement: String, _ catalogue: String, _ column: String, _ name: String)
        -> String
    {
        "SELECT \(literal(statement)) WHERE NOT EXISTS "
            + "(SELECT FROM \(catalogue) WHERE \(column) = \(literal(name))) \\gexec"
    }

    private static func identifier(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
    private static func literal(_ text: String) -> String {
        "E'\(text.replacing("\\", with: "\\\\").replacing("'", with: "''"))'"
    }
}
