import Basics
import Glibc
import StackModel

/// Who a file belongs to.
struct FileOwner: Hashable, Sendable, Codable {
    let userID: UInt32
    let groupID: UInt32
}

/// Files as the engine needs them: written whole or not at all, with the mode and owner they are to have from the
/// first byte on. Links in the last part of a path are never followed.
enum Disk {
    /// When a file was last given its name.
    static func renamedAt(_ path: String) -> Instant? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return Instant(milliseconds: status.st_ctim.tv_sec * 1000 + status.st_ctim.tv_nsec / 1_000_000)
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a directory, sorted; none when there is no such directory.
    static func list(_ path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        return names(in: stream)
    }

    /// The names in an open directory.
    private static func list(_ directory: Int32) -> [String] {
        // The stream takes its descriptor with it when it is closed.
        let copy = dup(directory)
        guard copy >= 0, let stream = fdopendir(copy) else {
            if copy >= 0 { close(copy) }
            return []
        }
        defer { closedir(stream) }
        return names(in: stream)
    }

    private static func names(in stream: OpaquePointer) -> [String] {
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The whole content, or the last `limit` bytes of it; `nil` when the file cannot be read.
    static func read(_ path: String, last limit: Int? = nil) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        if let limit {
            let size = lseek(file, 0, SEEK_END)
            lseek(file, max(0, size - limit), SEEK_SET)
        }
        return readToEnd(file)
    }

    /// The whole content; `nil` when there is no such file. Throws `fileFailed` when there is one that cannot be read.
    static func content(of path: String) throws(ReportableError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else {
            guard errno == ENOENT else { throw failure("read", path) }
            return nil
        }
        defer { close(file) }
        guard let content = readToEnd(file) else { throw failure("read", path) }
        return content
    }

    static func text(_ path: String) -> String? {
        read(path).map { String(decoding: $0, as: UTF8.self) }
    }

    static func readToEnd(_ file: Int32) -> [UInt8]? {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return content }
            content.append(contentsOf: buffer[..<count])
        }
    }

    /// Replaces a file in one instant; a crash of ours leaves the old one or the new one. Survives a power cut once it
    /// returns, unless it is not asked to be durable.
    static func write(
        _ content: some Collection<UInt8>,
        to path: String,
        mode: mode_t = 0o600,
        owner: FileOwner? = nil,
        durable: Bool = true
    ) throws(ReportableError) {
        let temporary = "\(path).new"
        unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0 else { throw failure("create", temporary) }
        defer { close(file) }
        // The creation mask may have taken bits away.
        guard fchmod(file, mode) == 0 else { throw failure("set the mode of", temporary) }
        if let owner { try give(file, to: owner, path: temporary) }
        try writeAll(Array(content), to: file, path: temporary)
        if durable { try flush(file, path: temporary) }
        guard rename(temporary, path) == 0 else { throw failure("replace", path) }
        if durable { sync(directory: parent(of: path)) }
    }

    /// Makes a directory and those above it. One that is there gets the mode and owner: a crash may have left it
    /// without. So this is for directories of the engine's own, not for those that people made.
    static func makeDirectory(
        _ path: String,
        mode: mode_t = 0o711,
        owner: FileOwner? = nil
    ) throws(ReportableError) {
        if !isDirectory(path) {
            let above = parent(of: path)
            if !exists(above) { try makeDirectory(above) }
            guard mkdir(path, mode) == 0 || errno == EEXIST else { throw failure("make the directory", path) }
        }
        let file = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { throw failure("open the directory", path) }
        defer { close(file) }
        guard fchmod(file, mode) == 0 else { throw failure("set the mode of", path) }
        if let owner { try give(file, to: owner, path: path) }
    }

    static func move(_ source: String, to target: String) throws(ReportableError) {
        guard rename(source, target) == 0 else { throw failure("move \(source) to", target) }
        sync(directory: parent(of: target))
    }

    static func makePipe(_ path: String, owner: FileOwner?) throws(ReportableError) {
        guard mkfifo(path, 0o600) == 0 || errno == EEXIST else { throw failure("make the pipe", path) }
        guard let owner, lchown(path, owner.userID, owner.groupID) != 0 else { return }
        throw failure("change the owner of", path)
    }

    static func remove(file path: String) throws(ReportableError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    /// Removes a directory and everything in it. Nothing to do when it is gone. Goes from open directory to open
    /// directory, so that whoever may write there cannot lead it elsewhere meanwhile.
    static func remove(tree path: String) throws(ReportableError) {
        guard exists(path) else { return }
        try remove(path, in: AT_FDCWD, path: path)
    }

    private static func remove(_ name: String, in above: Int32, path: String) throws(ReportableError) {
        let directory = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard directory >= 0 else {
            guard unlinkat(above, name, 0) == 0 || errno == ENOENT else { throw failure("remove", path) }
            return
        }
        defer { close(directory) }
        for entry in list(directory) { try remove(entry, in: directory, path: "\(path)/\(entry)") }
        guard unlinkat(above, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
            throw failure("remove the directory", path)
        }
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func failure(_ doing: String, _ path: String) -> ReportableError {
        ReportableError(.fileFailed, "cannot \(doing) \(path): \(String(cString: strerror(errno)))")
    }

    static func sync(directory path: String) {
        let file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { return }
        fsync(file)
        close(file)
    }

    static func writeAll(_ content: [UInt8], to file: Int32, path: String) throws(ReportableError) {
        var offset = 0
        while offset < content.count {
            let count = content.withUnsafeBytes { bytes in
                Glibc.write(file, bytes.baseAddress.map { $0 + offset }, content.count - offset)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            offset += count
        }
    }

    static func flush(_ file: Int32, path: String) throws(ReportableError) {
        guard fsync(file) == 0 else { throw failure("flush", path) }
    }

    private static func give(_ file: Int32, to owner: FileOwner, path: String) throws(ReportableError) {
        guard fchown(file, owner.userID, owner.groupID) == 0 else { throw failure("change the owner of", path) }
    }
}
