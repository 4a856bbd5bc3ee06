import Basics
import Interfaces

/// A directory behind SSH, and what `ssh` needs to get there.
package struct SFTPPlace: Hashable, Sendable {
    let host: String
    let port: Int
    let user: String
    /// Absolute, without a slash at its end: empty for the top.
    let path: String
    /// The private key, without a passphrase.
    let keyFile: String
    /// The public keys of the servers that are trusted, as OpenSSH writes them.
    let knownHostsFile: String

    package init(host: String, port: Int, user: String, path: String, keyFile: String, knownHostsFile: String) {
        self.host = host
        self.port = port
        self.user = user
        self.path = path.hasSuffix("/") ? String(path.dropLast()) : path
        self.keyFile = keyFile
        self.knownHostsFile = knownHostsFile
    }

    /// The directory itself.
    var root: String { path.isEmpty ? "/" : path }

    var title: String { "sftp://\(user)@\(host.contains(":") ? "[\(host)]" : host):\(port)\(root)" }

    /// Nobody's configuration counts, nothing is asked, and only a server that is known gets to see anything.
    var command: CommandLine {
        let options = [
            "BatchMode=yes", "StrictHostKeyChecking=yes", "UserKnownHostsFile=\(Self.quoted(knownHostsFile))",
            "GlobalKnownHostsFile=/dev/null", "UpdateHostKeys=no", "VerifyHostKeyDNS=no", "CheckHostIP=no",
            "IdentityFile=\(Self.quoted(keyFile))", "IdentitiesOnly=yes", "IdentityAgent=none",
            "PreferredAuthentications=publickey", "ConnectTimeout=20", "ServerAliveInterval=15",
            "ServerAliveCountMax=4", "ClearAllForwardings=yes", "ForwardAgent=no", "ControlMaster=no",
            "ControlPath=none", "PermitLocalCommand=no", "RequestTTY=no", "EscapeChar=none",
        ]
        return CommandLine(
            "ssh",
            ["-F", "none", "-a", "-x"] + options.flatMap { ["-o", $0] }
                + ["-p", "\(port)", "-l", user, "-s", "--", host, "sftp"]
        )
    }

    /// As `ssh_config` reads a value: one that may have a space, and in which `%` means something.
    private static func quoted(_ path: String) -> String { "\"\(path.replacing("%", with: "%%"))\"" }
}
