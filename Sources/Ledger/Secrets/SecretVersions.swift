import Basics
import FoundationEssentials
import GRDB
import StackModel

/// The table of secret versions, and the check that the master key is the one they were sealed with.
/// Values go in and out sealed.
struct SecretVersions {
    let database: Database
    let stack: StackID

    func all() throws -> [SecretVersionRecord] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT name, version, label, created_at, user FROM secret_version
                WHERE stack = ? ORDER BY name, version
                """,
            arguments: [stack.description]
        ).map(Self.record)
    }

    /// The version with this label; there is at most one unless the label is `retired`.
    func version(_ label: SecretLabel, of name: SecretName) throws -> Int? {
        try Int.fetchOne(
            database,
            sql: "SELECT version FROM secret_version WHERE stack = ? AND name = ? AND label = ? ORDER BY version DESC",
            arguments: [stack.description, name.text, label.rawValue]
        )
    }

    func nextVersion(of name: SecretName) throws -> Int {
        let newest = try Int.fetchOne(
            database,
            sql: "SELECT max(version) FROM secret_version WHERE stack = ? AND name = ?",
            arguments: [stack.description, name.text]
        )
        return (newest ?? 0) + 1
    }

    func sealed(_ name: SecretName, version: Int) throws -> (sealed: Data, user: String?)? {
        try Row.fetchOne(
            database,
            sql: "SELECT sealed, user FROM secret_version WHERE stack = ? AND name = ? AND version = ?",
            arguments: [stack.description, name.text, version]
        ).map { (try $0.decode(Data.self, forColumn: "sealed"), try $0.decode(String?.self, forColumn: "user")) }
    }

    func insert(_ record: SecretVersionRecord, sealed: Data) throws {
        try Stacks(database: database).ensure(stack)
        try database.execute(
            sql: """
                INSERT INTO secret_version (stack, name, version, label, user, sealed, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                stack.description, record.name.text, record.version, record.label.rawValue, record.user, sealed,
                record.createdAt.milliseconds,
            ]
        )
        try note(record.name, record.version, record.label, at: record.createdAt)
    }

    /// Moves a version on. The unique indexes refuse a second pending, current or previous one.
    func move(_ name: SecretName, from label: SecretLabel, after event: SecretEvent, at now: Instant) throws -> Int {
        guard let version = try version(label, of: name) else {
            throw ReportableError(.notFound, "the secret \(name) of \(stack) has no \(label) version")
        }
        try relabel(name, version, as: try label.next(after: event), at: now)
        return version
    }

    /// Makes any version the current one, and the current one the previous. Nothing to do when it is current already,
    /// or when there is no such version.
    func adopt(_ name: SecretName, _ version: Int, at now: Instant) throws {
        guard let current = try self.version(.current, of: name), current != version,
            try sealed(name, version: version) != nil
        else { return }
        let isPending = try self.version(.pending, of: name) == version
        if try self.version(.previous, of: name) != nil {
            _ = try move(name, from: .previous, after: .retired, at: now)
        }
        _ = try move(name, from: .current, after: .succeeded, at: now)
        let (label, event): (SecretLabel, SecretEvent) = isPending ? (.pending, .promoted) : (.retired, .restored)
        try relabel(name, version, as: try label.next(after: event), at: now)
    }

    private func relabel(_ name: SecretName, _ version: Int, as label: SecretLabel, at now: Instant) throws {
        try database.execute(
            sql: "UPDATE secret_version SET label = ? WHERE stack = ? AND name = ? AND version = ?",
            arguments: [label.rawValue, stack.description, name.text, version]
        )
        try note(name, version, label, at: now)
    }

    /// What is known of the master key that this ledger is sealed with. Nil while nothing is sealed.
    static func seal(in database: Database) throws -> String? {
        try String.fetchOne(database, sql: "SELECT key_check FROM sealing")
    }

    /// Throws `secretFailed` when the ledger was sealed with another master key.
    static func check(_ key: MasterKey, against seal: String?) throws(ReportableError) {
        guard let seal, seal != key.keyCheck else { return }
        throw ReportableError(
            .secretFailed,
            "this ledger was sealed with another master key",
            hint: "Put back the key file that belongs to this ledger."
        )
    }

    /// Binds the ledger to the key. Nothing to do when it is bound to it already.
    func bind(to key: MasterKey) throws {
        try Self.check(key, against: Self.seal(in: database))
        try database.execute(
            sql: "INSERT INTO sealing (id, key_check) VALUES (1, ?) ON CONFLICT DO NOTHING",
            arguments: [key.keyCheck]
        )
    }

    private func note(_ name: SecretName, _ version: Int, _ label: SecretLabel, at now: Instant) throws {
        try EventChain(database: database).append(
            .secretLabelled(name: name, version: version, label: label),
            about: stack,
            at: now
        )
    }

    private static func record(_ row: Row) throws -> SecretVersionRecord {
        SecretVersionRecord(
            name: try row.value(SecretName.self, fromText: "name"),
            version: try row.decode(Int.self, forColumn: "version"),
            label: try row.word(SecretLabel.self, from: "label"),
            createdAt: try row.instant(from: "created_at"),
            user: try row.decode(String?.self, forColumn: "user")
        )
    }
}
