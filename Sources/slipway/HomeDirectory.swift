import Basics
import FoundationEssentials
import Glibc
import StackModel

/// Where Slipway keeps its state: `$SLIPWAY_HOME`, else `/var/lib/slipway` for root, else the XDG state directory.
///
/// The folder itself can be passed through (0711), because replicas run as users of their own and have their
/// directories below it; the ledger and the keys are for the owner alone (0700). See docs/decisions.
struct HomeDirectory {
    let path: String

    init(variables: [String: String]) {
        if let chosen = variables["SLIPWAY_HOME"], !chosen.isEmpty {
            let absolute = chosen.hasPrefix("/") ? chosen : "\(FileManager.default.currentDirectoryPath)/\(chosen)"
            self.path = absolute.count > 1 && absolute.hasSuffix("/") ? String(absolute.dropLast()) : absolute
        } else if getuid() == 0 {
            self.path = "/var/lib/slipway"
        } else {
            let state = variables["XDG_STATE_HOME"] ?? "\(variables["HOME"] ?? "/tmp")/.local/state"
            self.path = "\(state)/slipway"
        }
    }

    var ledger: String { "\(path)/ledger/ledger.sqlite" }
    var masterKey: String { "\(path)/keys/master.key" }

    func lock(for stack: StackID) -> String { "\(path)/ledger/\(stack.stack).\(stack.environment).lock" }

    /// Idempotent.
    func prepare() throws(ReportableError) {
        try make(path, mode: 0o711)
        try make("\(path)/ledger", mode: 0o700)
        try make("\(path)/keys", mode: 0o700)
    }

    private func make(_ folder: String, mode: mode_t) throws(ReportableError) {
        if mkdir(folder, mode) == 0 {
            // The umask is stricter than the home folder may be.
            chmod(folder, mode)
            return
        }
        if errno == ENOENT, let slash = folder.lastIndex(of: "/"), slash != folder.startIndex {
            try make(String(folder[..<slash]), mode: 0o711)
            return try make(folder, mode: mode)
        }
        guard errno == EEXIST else {
            throw ReportableError(
                .fileFailed,
                "cannot make the folder \(folder): \(String(cString: strerror(errno)))",
                hint: "Run as a user who may, or choose another place with SLIPWAY_HOME."
            )
        }
    }
}
