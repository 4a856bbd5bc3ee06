import Basics
import FoundationEssentials
import Glibc

/// The file of a master key: a comment that says what it is, then one line of base64.
struct MasterKeyFile {
    let path: String

    private static let comment = """
        # Slipway master key. Without it no secret in the ledger can be opened: keep a copy off this machine.

        """
    /// Far more than a key needs; whatever is longer is another file.
    private static let limit = 4096

    func read() throws(ReportableError) -> Redacted<[UInt8]> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable() }
        defer { close(descriptor) }
        try checkPrivate(descriptor)
        var buffer = [UInt8](repeating: 0, count: Self.limit)
        // A regular file this short comes in one piece.
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw LedgerFailure.system("cannot read the master key \(path)", .secretFailed) }
        return try decode(String(decoding: buffer[..<count], as: UTF8.self))
    }

    private func unreadable() -> ReportableError {
        guard errno == ENOENT else { return LedgerFailure.system("cannot open the master key \(path)", .secretFailed) }
        return ReportableError(
            .secretFailed,
            "the master key \(path) does not exist",
            hint: "Put back the copy you kept: without it the sealed secrets cannot be opened."
        )
    }

    private func checkPrivate(_ descriptor: Int32) throws(ReportableError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw LedgerFailure.system("cannot examine the master key \(path)", .secretFailed)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ReportableError(.secretFailed, "the master key \(path) is not a file")
        }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw ReportableError(
                .secretFailed,
                "the master key \(path) has mode \(mode): others than its owner can get at it",
                hint: "Run `chmod 600 \(path)`, and rotate the secrets if others could have read it."
            )
        }
    }

    private func decode(_ text: String) throws(ReportableError) -> Redacted<[UInt8]> {
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        guard lines.count == 1, let bytes = Data(base64Encoded: String(lines[0])), bytes.count == MasterKey.length
        else {
            throw ReportableError(
                .secretFailed,
                "the master key \(path) is not one line of \(MasterKey.length) bytes in base64",
                hint: "Put back the copy you kept: without it the sealed secrets cannot be opened."
            )
        }
        return Redacted(Array(bytes))
    }
}

// MARK: - Creating

extension MasterKeyFile {
    /// Complete or not there: written beside its place, flushed to the disk, then linked into place, never over another key.
    func createIfMissing(_ key: Redacted<[UInt8]>) throws(ReportableError) {
        guard access(path, F_OK) != 0 else { return }
        let temporary = "\(path).\(UInt64.random(in: .min ... .max)).new"
        do {
            try write(key, to: temporary)
            try install(temporary)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private func write(_ key: Redacted<[UInt8]>, to temporary: String) throws(ReportableError) {
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw LedgerFailure.system("cannot create the master key \(path)", .secretFailed) }
        defer { close(descriptor) }
        let text = Array((Self.comment + Data(key.reveal()).base64EncodedString() + "\n").utf8)
        guard Glibc.write(descriptor, text, text.count) == text.count, fsync(descriptor) == 0 else {
            throw LedgerFailure.system("cannot write the master key \(path)", .secretFailed)
        }
    }

    /// Keeps the key that is there already.
    func install(_ temporary: String) throws(ReportableError) {
        // A rename would replace the key of a process that was faster; its key is the key.
        let moved = link(temporary, path)
        guard moved == 0 || errno == EEXIST else {
            throw LedgerFailure.system("cannot put the master key in place at \(path)", .secretFailed)
        }
        unlink(temporary)
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw LedgerFailure.system("cannot make the master key at \(path) durable", .secretFailed)
        }
    }
}
