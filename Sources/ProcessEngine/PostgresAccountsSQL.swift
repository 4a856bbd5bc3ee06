import StackModel

/// A login role and what the server is to know of its password.
struct PostgresLogin: Sendable {
    let user: String
    let verifier: String
}

/// The statements, for `psql`, that make a server have the declared accounts. Repeated they change nothing but the
/// salts of the verifiers. Roles that are no longer declared are left alone: they may own things.
struct PostgresAccountsSQL: Sendable {
    let accounts: PostgresAccounts
    let logins: [PostgresLogin]
    /// Sees the server's figures and nobody's data.
    var monitor: PostgresLogin?

    var text: String {
        let owner = Self.identifier(accounts.owner)
        let database = Self.identifier(accounts.database)
        var lines = [
            Self.unlessExists("CREATE ROLE \(owner) NOLOGIN", "pg_roles", "rolname", accounts.owner),
            "ALTER ROLE \(owner) NOLOGIN;",
        ]
        for login in logins {
            let user = Self.identifier(login.user)
            lines += [
                Self.unlessExists("CREATE ROLE \(user)", "pg_roles", "rolname", login.user),
                "ALTER ROLE \(user) LOGIN PASSWORD \(Self.literal(login.verifier));",
                "GRANT \(owner) TO \(user);",
                "ALTER ROLE \(user) SET role TO \(Self.literal(accounts.owner));",
            ]
        }
        lines += [
            Self.unlessExists(
                "CREATE DATABASE \(database) OWNER \(owner)",
                "pg_database",
                "datname",
                accounts.database
            ),
            "ALTER DATABASE \(database) OWNER TO \(owner);",
            "REVOKE ALL ON DATABASE \(database) FROM PUBLIC;",
            // Else every login of the stack could look around, and leave things, where nobody looks.
            "REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC;",
        ]
        lines += monitorLines(database)
        return "SET client_min_messages = warning;\n" + lines.joined(separator: "\n") + "\n"
    }

    private func monitorLines(_ database: String) -> [String] {
        guard let monitor else { return [] }
        let user = Self.identifier(monitor.user)
        return [
            Self.unlessExists("CREATE ROLE \(user)", "pg_roles", "rolname", monitor.user),
            "ALTER ROLE \(user) LOGIN CONNECTION LIMIT 5 PASSWORD \(Self.literal(monitor.verifier));",
            "GRANT pg_monitor TO \(user);",
            "GRANT CONNECT ON DATABASE \(database) TO \(user);",
        ]
    }

    /// `psql` runs the statement that the query returns; CREATE DATABASE cannot stand in a block.
    private static func unlessExists(_ statement: String, _ catalogue: String, _ column: String, _ name: String)
        -> String
    {
        "SELECT \(literal(statement)) WHERE NOT EXISTS "
            + "(SELECT FROM \(catalogue) WHERE \(column) = \(literal(name))) \\gexec"
    }

    static func identifier(_ name: String) -> String { "\"\(name.doubling("\""))\"" }

    /// With `E`, a backslash means the same whatever the server's settings are.
    static func literal(_ text: String) -> String { "E'\(text.doubling("\\").doubling("'"))'" }
}

extension String {
    fileprivate func doubling(_ character: Character) -> String {
        split(separator: character, omittingEmptySubsequences: false).joined(separator: "\(character)\(character)")
    }
}
