import Basics

/// Users and databases of data services that no spec can make: they are the server's own, or Slipway logs in as them.
package enum ReservedLogin {
    /// Whether the user of a credential would be one of them where containers run. Plain processes put the version
    /// behind the name, and cannot have what begins with `pg_` either.
    package static func isReserved(
        _ secret: SecretName,
        for kind: SecretDeclaration.Kind,
        database: String? = nil
    ) -> Bool {
        let user = secret.text.replacing("-", with: "_")
        return switch kind {
        case .redisUser: redis.contains(user)
        case .postgresRole:
            postgres.contains(user) || user.hasPrefix(prefix) || database.map { user == "\($0)_owner" } == true
        case .jwtHS256, .random, .given: false
        }
    }

    /// Whether a database cannot have the name. The role that owns it begins as it does.
    package static func isReserved(database: String) -> Bool {
        databases.contains(database) || database.hasPrefix(prefix)
    }

    /// PostgreSQL cuts a longer name of the role that owns it, `<database>_owner`, at 63 bytes, and finds it no more.
    package static let longestDatabase = 63 - "_owner".utf8.count

    private static let prefix = "pg_"
    private static let databases: Set = ["postgres", "template0", "template1"]
    private static let postgres: Set = ["postgres", "public", "none", PostgresAccounts.monitorUser, "backup"]
    private static let redis: Set = ["default", "slipway", PostgresAccounts.monitorUser, "backup"]
}
