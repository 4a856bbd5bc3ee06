import Basics
import GRDB
import Glibc

/// Says in words why the ledger cannot be read or written.
enum LedgerFailure {
    /// Errors that are in words already pass through; all others become `ledgerFailed`, naming the file and the cause.
    static func report(_ error: any Error, path: String) -> ReportableError {
        switch error {
        case let error as ReportableError: error
        case let error as DatabaseError: report(error, path: path)
        default:
            ReportableError(
                .ledgerFailed,
                "the ledger \(path) holds something this slipway cannot read",
                hint: "Use the slipway that wrote it, or restore the ledger from a backup.",
                details: ["\(error)"]
            )
        }
    }

    /// For a system call that has just failed.
    static func system(_ activity: String, _ code: ErrorCode = .ledgerFailed) -> ReportableError {
        ReportableError(code, "\(activity): \(String(cString: strerror(errno)).lowercased())")
    }

    private static func report(_ error: DatabaseError, path: String) -> ReportableError {
        let (reason, hint) = explanation(of: error.resultCode)
        // SQLite's own words and the statement; GRDB leaves out the arguments.
        return ReportableError(
            .ledgerFailed,
            "cannot use the ledger \(path): \(reason ?? error.message ?? "\(error.resultCode)")",
            hint: hint,
            details: ["sqlite \(error.extendedResultCode.rawValue): \(error)"]
        )
    }

    private static func explanation(of code: ResultCode) -> (reason: String?, hint: String?) {
        switch code {
        case .SQLITE_FULL:
            ("the disk is full", "Free some space and run the same command again: nothing was half written.")
        case .SQLITE_IOERR:
            ("the disk reports an input/output error", "Look at dmesg, then run the same command again.")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            ("another process has kept it locked for 10 s", "Find that process with fuser and the path of the ledger.")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            ("it is damaged", "Move it away and restore it from a backup of the configuration.")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            ("it may not be written by this user", "Run slipway as the user who owns the file.")
        case .SQLITE_CANTOPEN:
            ("the file or its folder cannot be opened", "Check that the folder exists and belongs to this user.")
        default: (nil, nil)
        }
    }
}
