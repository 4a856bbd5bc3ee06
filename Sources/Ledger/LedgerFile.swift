import Basics
import Dispatch
import GRDB
import Glibc

/// The database file behind the ledger: one connection, opened with the settings that make a commit durable.
///
/// `journal_mode=TRUNCATE` and not WAL, because Debian 12's SQLite corrupts a WAL with two writers (docs, design.md);
/// `synchronous=EXTRA`, because what is committed before an effect must survive a power cut after it.
struct LedgerFile: Sendable {
    let path: String
    private let queue: DatabaseQueue

    /// Seconds a writer waits for another process to finish its transaction.
    private static let patience = 10.0

    init(path: String) throws(ReportableError) {
        self.path = path
        do {
            try Self.makePrivate(path)
            queue = try DatabaseQueue(path: path, configuration: Self.configuration)
            try Self.bringUpToDate(queue, path: path)
        } catch {
            throw LedgerFailure.report(error, path: path)
        }
    }

    private init(inMemory queue: DatabaseQueue) {
        self.path = "in memory"
        self.queue = queue
    }

    static func inMemory() throws(ReportableError) -> LedgerFile {
        do {
            let queue = try DatabaseQueue(configuration: configuration)
            try Schema.migrator.migrate(queue)
            return LedgerFile(inMemory: queue)
        } catch {
            throw LedgerFailure.report(error, path: "in memory")
        }
    }

    /// Everything `body` reads is of one moment.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(ReportableError) -> Value {
        try await transaction(.deferred, body)
    }

    /// All or nothing. The write lock is taken at once: a transaction that starts by reading and then wants to write
    /// fails at once when another writer came between, and no timeout helps against that.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(ReportableError) -> Value {
        try await transaction(.immediate, body)
    }

    /// Runs on the connection's own queue, never on the cooperative pool. It ignores cancellation on purpose:
    /// the record of an interruption is written by a task that has been cancelled.
    private func transaction<Value: Sendable>(
        _ kind: Database.TransactionKind,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(ReportableError) -> Value {
        let path = path
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Outcome<Value>, Never>) in
            queue.asyncWriteWithoutTransaction { database in
                continuation.resume(returning: Self.run(kind, body, in: database, path: path))
            }
        }
        return try result.get()
    }

    private typealias Outcome<Value> = Result<Value, ReportableError>

    private static func run<Value>(
        _ kind: Database.TransactionKind,
        _ body: (Database) throws -> Value,
        in database: Database,
        path: String
    ) -> Outcome<Value> {
        do {
            var value: Value?
            try database.inTransaction(kind) {
                value = try body(database)
                return .commit
            }
            guard let value else { throw ReportableError(.broken, "a transaction of the ledger ended without a value") }
            return .success(value)
        } catch {
            return .failure(LedgerFailure.report(error, path: path))
        }
    }
}

// MARK: - Opening

extension LedgerFile {
    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "ledger"
        configuration.busyMode = .timeout(patience)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA trusted_schema = OFF;
                    PRAGMA cell_size_check = ON;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA synchronous = EXTRA;
                    PRAGMA journal_mode = TRUNCATE
                    """
            )
        }
        return configuration
    }

    /// The journal file gets the mode of the database, so it is set before SQLite opens it. The file is never opened
    /// and closed by hand while SQLite has it open: closing would drop SQLite's locks.
    private static func makePrivate(_ path: String) throws {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & 0o077 != 0 else { return }
            guard chmod(path, 0o600) == 0 else { throw LedgerFailure.system("cannot make the ledger \(path) private") }
            return
        }
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        // Another process may have made it in the meantime: as good.
        guard descriptor >= 0 || errno == EEXIST else { throw LedgerFailure.system("cannot create the ledger \(path)") }
        if descriptor >= 0 { close(descriptor) }
    }

    private static func bringUpToDate(_ queue: DatabaseQueue, path: String) throws {
        guard try isBehind(queue, path: path) else { return }
        let lock = try FolderLock(holding: path)
        defer { lock.release() }
        // Whoever held the lock before us may have done it.
        guard try isBehind(queue, path: path) else { return }
        try Schema.migrator.migrate(queue)
    }

    /// Throws when the file is not a ledger, or one of a newer program.
    private static func isBehind(_ queue: DatabaseQueue, path: String) throws -> Bool {
        let (application, version, foreign) = try queue.read { database in
            (
                try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0,
                try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0,
                // The migrator's own table is there first; a crash right after it leaves nothing else.
                try Int.fetchOne(
                    database,
                    sql: "SELECT count(*) FROM sqlite_master WHERE tbl_name <> 'grdb_migrations'"
                ) ?? 0
            )
        }
        guard application == Schema.applicationID || (application == 0 && version == 0 && foreign == 0) else {
            throw ReportableError(
                .ledgerFailed,
                "\(path) is not a ledger of slipway",
                hint: "Point SLIPWAY_HOME to the folder of a ledger, or move that file away."
            )
        }
        guard version <= Schema.version else {
            throw ReportableError(
                .ledgerFailed,
                "the ledger \(path) has schema \(version), and this slipway knows schema \(Schema.version) at most",
                hint: "Use the newer slipway that wrote it: a newer schema cannot be written safely by an older one."
            )
        }
        return version < Schema.version
    }
}
