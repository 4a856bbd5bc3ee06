import Foundation
import Glibc
import Interfaces
import StackModel

@testable import HostAccess

/// OpenSSH's own server on this machine, with keys and a configuration of its own. It lets in whoever runs the test.
final class SSHServer: Sendable {
    static let program = "/usr/sbin/sshd"
    static var isInstalled: Bool { access(program, X_OK) == 0 && access("/usr/bin/ssh-keygen", X_OK) == 0 }

    let folder: String
    let port = RawConnection.freePort()
    private let process: TestProgram

    /// A server that lives as long as `body` takes.
    /// - Parameter sftp: what answers, with its options: `internal-sftp -R` writes nothing.
    static func with(_ sftp: String = "internal-sftp", _ body: (SSHServer) async throws -> Void) async throws {
        let folder = "/tmp/slipway-ssh-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        chmod(folder, 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try SSHServer(folder, sftp)
        defer { server.process.kill() }
        try await body(server)
    }

    private init(_ folder: String, _ sftp: String) throws {
        self.folder = folder
        for key in ["host", "user", "stranger"] { try Self.makeKey("\(folder)/\(key)") }
        try FileManager.default.copyItem(atPath: "\(folder)/user.pub", toPath: "\(folder)/authorized")
        let host = try String(contentsOfFile: "\(folder)/host.pub", encoding: .utf8)
        try "[127.0.0.1]:\(port) \(host)".write(toFile: "\(folder)/known", atomically: true, encoding: .utf8)
        try """
        Port \(port)
        ListenAddress 127.0.0.1
        HostKey \(folder)/host
        AuthorizedKeysFile \(folder)/authorized
        PidFile none
        StrictModes no
        UsePAM no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PermitRootLogin prohibit-password
        MaxStartups 100
        MaxSessions 100
        Subsystem sftp \(sftp)

        """.write(toFile: "\(folder)/config", atomically: true, encoding: .utf8)
        // Where root's server goes for what it trusts least; Debian makes it when its own starts.
        if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
        process = try TestProgram(Self.program, ["-D", "-e", "-f", "\(folder)/config"], log: "\(folder)/log")
        let port = port
        try TestProgram.wait { RawConnection.canConnect(to: port) }
    }

    private static func makeKey(_ file: String) throws {
        _ = try TestProgram("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]).wait()
    }

    /// What the server has said.
    var log: String { (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "" }

    func place(_ path: String? = nil, key: String = "user", known: String = "known") throws -> SFTPPlace {
        SFTPPlace(
            host: "127.0.0.1",
            port: port,
            user: NSUserName(),
            path: path ?? "\(folder)/store",
            keyFile: "\(folder)/\(key)",
            knownHostsFile: "\(folder)/\(known)"
        )
    }

    func store(_ path: String? = nil, key: String = "user", known: String = "known") throws -> SFTPStore {
        SFTPStore(try place(path, key: key, known: known), starter: LiveCommandRunner(), patience: .short)
    }
}
