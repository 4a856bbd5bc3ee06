import Basics
import Glibc
import StackModel

/// What `ssh` needs to get to a store: files beside Slipway's own keys, unless the caller's environment names others.
struct SFTPVariables {
    let variables: [String: String]
    let home: HomeDirectory

    init(_ variables: [String: String], home: HomeDirectory) {
        self.variables = variables
        self.home = home
    }

    /// The file of a private key. Throws `usage` when there is none.
    func keyFile(of store: StoreName) throws(ReportableError) -> String {
        let variable = "SLIPWAY_STORE_\(store.text.uppercased().replacing("-", with: "_"))_KEY_FILE"
        let file = value(variable) ?? home.key(of: store)
        guard access(file, R_OK) != 0 else { return file }
        throw ReportableError(
            .usage,
            "there is no key for the store \(store): \(file) cannot be read",
            hint: "Make one with `ssh-keygen -q -t ed25519 -N \"\" -f \(file)`, or name another file in \(variable)."
        )
    }

    /// The file with the public keys of servers. Throws `usage` when there is none.
    func knownHosts(_ host: String, _ port: Int) throws(ReportableError) -> String {
        let file = value("SLIPWAY_KNOWN_HOSTS_FILE") ?? home.knownHosts
        guard access(file, R_OK) != 0 else { return file }
        throw ReportableError(
            .usage,
            "nothing says which server \(host) is: \(file) cannot be read",
            hint: "Run `ssh-keyscan -p \(port) \(host) >>\(file)`, and compare `ssh-keygen -lf \(file)` with what "
                + "those who run it tell you."
        )
    }

    private func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
}
