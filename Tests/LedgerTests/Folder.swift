import FoundationEssentials
import GRDB
import Glibc

/// A folder of its own for a test, gone afterwards.
struct Folder {
    let path: String
    var ledger: String { path + "/ledger.sqlite" }

    static func with<Value>(
        in parent: String = FileManager.default.temporaryDirectory.path,
        _ body: (Folder) async throws -> Value
    ) async throws -> Value {
        sweep
        let path = "\(parent)/\(prefix)\(getpid())-\(UInt64.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        do {
            let value = try await body(Folder(path: path))
            try FileManager.default.removeItem(atPath: path)
            return value
        } catch {
            try FileManager.default.removeItem(atPath: path)
            throw error
        }
    }

    private static let prefix = "slipway-ledger-"

    /// Takes away what runs that were killed have left behind, with the disk that one of them had mounted. Once is enough.
    private static let sweep: Void = {
        let parent = FileManager.default.temporaryDirectory.path
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
            guard let process = pid_t(name.dropFirst(prefix.count).prefix(while: \.isNumber)),
                kill(process, 0) != 0, errno == ESRCH
            else { continue }
            umount2("\(parent)/\(name)/disk", Int32(MNT_DETACH))
            try? FileManager.default.removeItem(atPath: "\(parent)/\(name)")
        }
    }()

    /// A second connection with none of the ledger's settings, for looking and for tampering.
    func raw() throws -> DatabaseQueue { try DatabaseQueue(path: ledger) }

    /// Changes the ledger behind its back: the guards that refuse it are taken away first.
    func tamper(_ sql: String) throws {
        try raw().write { database in
            for trigger in try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger'") {
                try database.execute(sql: "DROP TRIGGER \(trigger)")
            }
            try database.execute(sql: sql)
        }
    }

    /// SQLite's own verdict over the file.
    func integrity() throws -> [String] {
        try raw().read { database in
            let broken = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").map(\.description)
            return try String.fetchAll(database, sql: "PRAGMA integrity_check") + broken
        }
    }

    func mode(of file: String) throws -> UInt32 {
        var status = stat()
        guard stat(file, &status) == 0 else { throw POSIXError(.ENOENT) }
        return status.st_mode & 0o777
    }
}
