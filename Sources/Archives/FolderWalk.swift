import Basics
import Glibc

/// Walks a folder from the top, in the order of the bytes of the names. It looks every name up in the open folder that
/// holds it and follows no link, so what somebody moves meanwhile leads nowhere else.
struct FolderWalk {
    struct Found {
        let entry: ArchiveEntry
        /// Open at its beginning when there is content to read.
        let content: OpenFile?
    }

    private struct Level {
        let folder: OpenFile
        /// As in the archive; empty at the top.
        let name: String
        /// From the last to the first.
        var names: [String]
    }

    private struct FileID: Hashable {
        let device: UInt
        let number: UInt
    }

    private let path: String
    private var levels: [Level] = []
    private var top: Found?
    /// Files that have further names, by the first of them and as they were then, and how many are still to come.
    private var known: [FileID: (entry: ArchiveEntry, names: UInt)] = [:]

    init(_ path: String) throws(ReportableError) {
        self.path = path
        let folder = try OpenFile.folder(path)
        var status = stat()
        guard fstat(folder.descriptor, &status) == 0 else { throw OpenFile.failure("look at", path) }
        top = Found(entry: Self.entry("", .folder, status), content: nil)
        try enter(folder, "")
    }

    /// Pipes and sockets hold nothing and are left out, and so is what is gone by the time it is looked at. Throws
    /// `fileFailed` for devices, and for names and links that no archive may hold.
    mutating func next() throws(ReportableError) -> Found? {
        if let top {
            self.top = nil
            return top
        }
        while !levels.isEmpty {
            guard let name = levels[levels.count - 1].names.popLast() else {
                levels.removeLast()
                continue
            }
            let level = levels[levels.count - 1]
            let full = level.name.isEmpty ? name : "\(level.name)/\(name)"
            if let found = try look(name, full, in: level.folder) { return found }
        }
        return nil
    }

    private mutating func look(
        _ name: String,
        _ full: String,
        in folder: OpenFile
    ) throws(ReportableError) -> Found? {
        var status = stat()
        guard fstatat(folder.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw OpenFile.failure("look at", shown(full))
        }
        try permit(full) { () throws(ArchiveRefusal) in _ = try ArchiveName.checked(full, isFolder: false) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return try file(name, full, in: folder)
        case S_IFDIR: return try self.folder(name, full, in: folder)
        case S_IFLNK: return try link(name, full, in: folder, status)
        case S_IFIFO, S_IFSOCK: return nil
        default: throw ReportableError(.fileFailed, "cannot archive \(shown(full)): it is a device")
        }
    }

    private mutating func file(_ name: String, _ full: String, in folder: OpenFile) throws(ReportableError) -> Found? {
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        guard let (file, status) = try open(name, full, in: folder, flags, S_IFREG) else { return nil }
        let entry = Self.entry(full, .file(size: Int(status.st_size)), status)
        if status.st_nlink > 1 {
            let id = FileID(device: status.st_dev, number: status.st_ino)
            if let (first, names) = known[id] {
                known[id] = names > 1 ? (entry: first, names: names - 1) : nil
                var same = first
                (same.kind, same.name) = (.sameAs(first.name), full)
                return Found(entry: same, content: nil)
            }
            known[id] = (entry, UInt(status.st_nlink) - 1)
        }
        return Found(entry: entry, content: entry.size > 0 ? file : nil)
    }

    private mutating func folder(_ name: String, _ full: String, in folder: OpenFile) throws(ReportableError) -> Found?
    {
        let flags = O_RDONLY | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC
        guard let (opened, status) = try open(name, full, in: folder, flags, S_IFDIR) else { return nil }
        try enter(opened, full)
        return Found(entry: Self.entry(full, .folder, status), content: nil)
    }

    private func link(
        _ name: String,
        _ full: String,
        in folder: OpenFile,
        _ status: stat
    ) throws(ReportableError) -> Found? {
        var length = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: ArchiveName.limit + 1) { buffer, count in
            buffer.withMemoryRebound(to: CChar.self) { text in
                guard let start = text.baseAddress else { return }
                length = readlinkat(folder.descriptor, name, start, text.count)
            }
            count = max(length, 0)
        }
        guard length >= 0 else {
            if errno == ENOENT { return nil }
            throw OpenFile.failure("read the link", shown(full))
        }
        guard let target = String(validating: bytes, as: UTF8.self) else {
            throw ReportableError(.fileFailed, "cannot archive \(shown(full)): it is a link to what is not UTF-8")
        }
        try permit(full) { () throws(ArchiveRefusal) in try ArchiveName.checkLink(target, at: full) }
        return Found(entry: Self.entry(full, .link(target), status), content: nil)
    }

    /// nil when it is gone, or something else by now.
    private func open(
        _ name: String,
        _ full: String,
        in folder: OpenFile,
        _ flags: Int32,
        _ kind: mode_t
    ) throws(ReportableError) -> (OpenFile, stat)? {
        let descriptor = openat(folder.descriptor, name, flags)
        guard descriptor >= 0 else {
            if [ENOENT, ELOOP, ENOTDIR].contains(errno) { return nil }
            throw OpenFile.failure("open", shown(full))
        }
        let opened = OpenFile(descriptor)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw OpenFile.failure("look at", shown(full)) }
        return status.st_mode & S_IFMT == kind ? (opened, status) : nil
    }

    private mutating func enter(_ folder: OpenFile, _ name: String) throws(ReportableError) {
        levels.append(Level(folder: folder, name: name, names: try folder.names(shown(name)).reversed()))
    }

    private func shown(_ name: String) -> String { name.isEmpty ? path : "\(path)/\(name)" }

    private func permit(_ full: String, _ check: () throws(ArchiveRefusal) -> Void) throws(ReportableError) {
        do throws(ArchiveRefusal) {
            try check()
        } catch {
            let message = "cannot archive \(shown(full).withoutControls): it \(error.text)"
            throw ReportableError(.fileFailed, message)
        }
    }

    private static func entry(_ name: String, _ kind: ArchiveEntry.Kind, _ status: stat) -> ArchiveEntry {
        ArchiveEntry(
            name: name,
            kind: kind,
            mode: Int(status.st_mode & ~ArchiveEntry.special(kind) & 0o7777),
            owner: Int(status.st_uid),
            group: Int(status.st_gid),
            modified: status.st_mtim.tv_sec
        )
    }
}
