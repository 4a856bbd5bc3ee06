import GRDB

/// The tables of the ledger and how they came to be.
///
/// Migrations are append-only: one that has been released is never edited, and each raises `user_version` by one in
/// its own transaction, so that opening a current ledger costs one look at the file's header.
enum Schema {
    /// The newest schema this program knows; the number of migrations.
    static let version = 7

    /// "Slip" in ASCII: marks the file as ours.
    static let applicationID = 0x536C_6970

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v0001-releases-operations-secrets", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: SchemaV0001.sql)
            try database.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = 1")
        }
        migrator.registerMigration("v0002-release-outlines", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: SchemaV0002.sql)
            try database.execute(sql: "PRAGMA user_version = 2")
        }
        migrator.registerMigration("v0003-stopped-services", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: SchemaV0003.sql)
            try database.execute(sql: "PRAGMA user_version = 3")
        }
        migrator.registerMigration("v0004-backup-runs", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: SchemaV0004.sql)
            try database.execute(sql: "PRAGMA user_version = 4")
        }
        migrator.registerMigration("v0005-backup-schedules", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: SchemaV0005.sql)
            try database.execute(sql: "PRAGMA user_version = 5")
        }
        migrator.registerMigration("v0006-known-vaults", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: SchemaV0006.sql)
            try database.execute(sql: "PRAGMA user_version = 6")
        }
        migrator.registerMigration("v0007-rests", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: SchemaV0007.sql)
            try database.execute(sql: "PRAGMA user_version = 7")
        }
        return migrator
    }
}
