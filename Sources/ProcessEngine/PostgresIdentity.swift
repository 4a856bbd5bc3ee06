import Basics
import Glibc

/// Completes the rendered `pg_ident.conf`, which lets `postgres` and `root` be the superuser by the socket: a server that
/// runs as whoever called slipway must let that user in too.
struct PostgresIdentity: Sendable {
    static let file = "pg_ident.conf"

    let account: RunAccount

    /// Nothing to do where the server runs as a user of its own, or its template brings no such file.
    func complete(in work: String) throws(ReportableError) {
        let path = "\(work)/\(Self.file)"
        guard !account.switches, let text = Disk.text(path), let name = Self.name(of: account.userID) else { return }
        try Disk.write("\(text)slipway \"\(name)\" postgres\n".utf8, to: path, durable: false)
    }

    private static func name(of user: UInt32) -> String? {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &result) == 0, result != nil else { return nil }
        return String(cString: entry.pw_name)
    }
}
