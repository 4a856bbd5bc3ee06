import Basics
import Glibc

/// The file of an identity, as `age-keygen` writes it and `age -i` reads it. Only its owner may read it.
package struct AgeIdentityFile: Sendable {
    package let path: String

    /// Far more than an identity needs.
    private static let limit = 4096

    package init(path: String) {
        self.path = path
    }

    /// Reads it, and makes it where there is none. Two processes that do so at once get the same.
    /// Throws `secretFailed` when it is no identity, or open to others.
    package func readOrMake() throws(ReportableError) -> AgeIdentity {
        if !exists { try make(.generate()) }
        return try read()
    }

    /// Writes an identity where there is none. Throws `needsDecision` when there is another.
    package func keep(_ identity: AgeIdentity) throws(ReportableError) {
        if !exists { try make(identity) }
        try check(is: identity)
    }

    /// Throws `needsDecision` when the file holds another identity.
    package func check(is identity: AgeIdentity) throws(ReportableError) {
        guard try read().recipient?.description != identity.recipient?.description else { return }
        throw ReportableError(
            .needsDecision,
            "\(path) holds another identity than the one that was given",
            hint:
                "What is backed up from here is sealed for that one. Choose an empty SLIPWAY_HOME, or move the file away."
        )
    }

    package var exists: Bool { access(path, F_OK) == 0 }

    /// Throws `secretFailed`, also where there is none.
    package func read() throws(ReportableError) -> AgeIdentity {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("examine") }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0 else {
            throw ReportableError(
                .secretFailed,
                "others than its owner can get at the identity \(path)",
                hint: "Run `chmod 600 \(path)`."
            )
        }
        var buffer = [UInt8](repeating: 0, count: Self.limit)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw failure("read") }
        let lines = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").filter {
            !$0.hasPrefix("#")
        }
        guard lines.count == 1 else {
            throw ReportableError(.secretFailed, "\(path) does not hold one identity")
        }
        return try AgeIdentity(Redacted(String(lines[0])))
    }

    /// Complete or not there, and never over another.
    private func make(_ identity: AgeIdentity) throws(ReportableError) {
        guard let text = identity.text, let recipient = identity.recipient else {
            throw ReportableError(.broken, "an identity was made that has no text")
        }
        let draft = "\(path).\(getpid()).new"
        unlink(draft)
        let descriptor = open(draft, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("create") }
        defer {
            close(descriptor)
            unlink(draft)
        }
        let bytes = Array("# public key: \(recipient.description)\n\(text.reveal())\n".utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw failure("write")
        }
        guard link(draft, path) == 0 || errno == EEXIST else { throw failure("put in place") }
        let folder = open(
            path.lastIndex(of: "/").map { String(path[...$0]) } ?? ".",
            O_RDONLY | O_DIRECTORY | O_CLOEXEC
        )
        defer { if folder >= 0 { close(folder) } }
        guard folder >= 0, fsync(folder) == 0 else { throw failure("make durable") }
    }

    private func failure(_ doing: String) -> ReportableError {
        ReportableError(.secretFailed, "cannot \(doing) the identity \(path): \(String(cString: strerror(errno)))")
    }
}
