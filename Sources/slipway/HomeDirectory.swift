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

    /// Throws `usage` when nothing says where home is: two commands that guess differently would see two worlds.
    init(variables: [String: String]) throws(ReportableError) {
        if let chosen = variables["SLIPWAY_HOME"], !chosen.isEmpty {
            let absolute = chosen.hasPrefix("/") ? chosen : "\(FileManager.default.currentDirectoryPath)/\(chosen)"
            self.path = absolute.count > 1 && absolute.hasSuffix("/") ? String(absolute.dropLast()) : absolute
        } else if getuid() == 0 {
            self.path = "/var/lib/slipway"
        } else {
            self.path = "\(try Self.stateFolder(variables))/slipway"
        }
    }

    /// As the XDG specification has it: what is empty or relative counts as not set.
    private static func stateFolder(_ variables: [String: String]) throws(ReportableError) -> String {
        if let state = variables["XDG_STATE_HOME"], state.hasPrefix("/") { return state }
        if let home = variables["HOME"], home.hasPrefix("/") { return "\(home)/.local/state" }
        throw ReportableError(
            .usage,
            "neither SLIPWAY_HOME nor HOME says where slipway keeps its state",
            hint: "Set SLIPWAY_HOME to the folder that the stacks were deployed from."
        )
    }

    var ledger: String { "\(path)/ledger/ledger.sqlite" }
    var masterKey: String { "\(path)/keys/master.key" }
    var knownHosts: String { "\(path)/keys/known_hosts" }
    func key(of store: StoreName) -> String { "\(path)/keys/\(store).ssh" }
    var vaultIdentity: String { "\(path)/keys/vault.key" }

    /// For one piece of work, which alone has a folder of this name. Users of the machine may pass through: servers that are
    /// tried there run as one of them.
    func scratch(_ name: String) throws(ReportableError) -> String {
        try make("\(path)/scratch", mode: 0o711)
        return "\(path)/scratch/\(name.replacing("/", with: "."))"
    }

    /// Where a stack's spec and sources are laid when they come out of a backup. For the owner alone: specs may hold what is
    /// nobody else's business.
    func stackFolder(_ stack: StackID) throws(ReportableError) -> String {
        try make("\(path)/rebuilt", mode: 0o700)
        return "\(path)/rebuilt/\(stack.stack).\(stack.environment)"
    }

    func lock(for stack: StackID) -> String { "\(path)/ledger/\(stack.stack).\(stack.environment).lock" }

    /// Idempotent.
    func prepare() throws(ReportableError) {
        try make(path, mode: 0o711)
        for folder in ["\(path)/ledger", "\(path)/keys"] {
            try make(folder, mode: 0o700)
            try checkPrivate(folder)
        }
    }

    /// Another user's state is not ours to read, and one that others can change is not to be trusted.
    private func checkPrivate(_ folder: String) throws(ReportableError) {
        var status = stat()
        guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw ReportableError(.fileFailed, "\(folder) is not a folder")
        }
        guard status.st_uid == geteuid() else {
            let owner = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "uid \(status.st_uid)"
            throw ReportableError(
                .fileFailed,
                "\(folder) belongs to \(owner)",
                hint: "Run as \(owner), or choose another place with SLIPWAY_HOME."
            )
        }
        guard status.st_mode & 0o077 == 0 else {
            throw ReportableError(
                .fileFailed,
                "\(folder) is open to other users",
                hint: "Close it with `chmod 0700 \(folder)`, and see who was there before."
            )
        }
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
