import Basics
import Glibc

/// What an archive makes on disk. The folder is empty to begin with, everything in it is made here and once, and no name is
/// looked up through a link: so nothing can be written anywhere else.
///
/// What was made already the disk tells, which refuses to make it again: of millions of files nothing is remembered here.
struct ExtractionTree {
    /// What is known of a folder.
    private enum Known {
        /// Only what is in it was named so far.
        case implied
        case declared(ArchiveEntry)
    }

    private let path: String
    private let root: OpenFile
    private let owners: ArchiveOwners
    /// Most names, also of folders that are only named by what is in them.
    private let limit: Int
    /// Names made so far, without the top.
    private var count = 0
    /// By the bytes of the names: Swift takes two ways to write an accent for one.
    private var known: [[UInt8]: Known] = [[]: .implied]
    /// In the order in which they were made.
    private var folders: [String] = [""]
    /// The folder of the entry before, which is that of the next one most of the time.
    private var recent: (name: String, folder: OpenFile)

    /// Throws `fileFailed` when the folder cannot be opened or is not empty.
    init(_ path: String, owners: ArchiveOwners, limit: Int) throws(ReportableError) {
        self.path = path
        self.owners = owners
        self.limit = limit
        root = try OpenFile.folder(path)
        recent = ("", root)
        guard try root.names(path).isEmpty else {
            throw ReportableError(.fileFailed, "cannot open an archive in \(path): it is not empty")
        }
    }

    mutating func addFolder(_ entry: ArchiveEntry) throws(ReportableError) {
        switch known[Array(entry.name.utf8)] {
        case .implied: break
        case nil:
            let (folder, name) = try place(of: entry.name, entry)
            try makeFolder(entry.name, name, in: folder, for: entry, orElse: "is there twice")
        case .declared: throw Self.refused(entry, "is there twice")
        }
        known[Array(entry.name.utf8)] = .declared(entry)
    }

    /// An empty file to be written.
    mutating func addFile(_ entry: ArchiveEntry) throws(ReportableError) -> OpenFile {
        let (folder, name) = try place(of: entry.name, entry)
        let file = openat(folder.descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw notMade(entry) }
        count += 1
        return OpenFile(file)
    }

    mutating func addLink(_ entry: ArchiveEntry, to target: String) throws(ReportableError) {
        let (folder, name) = try place(of: entry.name, entry)
        guard symlinkat(target, folder.descriptor, name) == 0 else { throw notMade(entry) }
        count += 1
        if !owners.areLeft {
            let owned = owners.applied(to: entry)
            let (owner, group) = (uid_t(owned.owner), gid_t(owned.group))
            guard fchownat(folder.descriptor, name, owner, group, AT_SYMLINK_NOFOLLOW) == 0 else {
                throw failure("give away", entry)
            }
        }
        let times = Self.times(entry)
        guard utimensat(folder.descriptor, name, times, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw failure("set the time of", entry)
        }
    }

    mutating func addName(_ entry: ArchiveEntry, of first: String) throws(ReportableError) {
        let refusal = Self.refused(entry, "is another name of '\(first.abridged)', which is no file of this archive")
        // Nothing is made for a name that nobody has.
        guard known[Array(ArchiveName.parts(first).folder.utf8)] != nil else { throw refusal }
        let (there, old) = try place(of: first, entry)
        var status = stat()
        guard fstatat(there.descriptor, old, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFREG
        else { throw refusal }
        let (folder, name) = try place(of: entry.name, entry)
        guard linkat(there.descriptor, old, folder.descriptor, name, 0) == 0 else { throw notMade(entry) }
        count += 1
    }

    /// Owner first: giving a file away takes its special bits. Nothing from an archive runs as somebody else.
    func finish(_ file: OpenFile, _ entry: ArchiveEntry) throws(ReportableError) {
        if !owners.areLeft {
            let owned = owners.applied(to: entry)
            let (owner, group) = (uid_t(owned.owner), gid_t(owned.group))
            guard fchown(file.descriptor, owner, group) == 0 else { throw failure("give away", entry) }
        }
        guard fchmod(file.descriptor, mode_t(entry.mode) & ~ArchiveEntry.special(entry.kind)) == 0 else {
            throw failure("set the mode of", entry)
        }
        guard futimens(file.descriptor, Self.times(entry)) == 0 else { throw failure("set the time of", entry) }
    }

    /// Gives the folders their owners and modes, once nothing is written to them any more; the innermost first. Then all
    /// of it is on the disk: whoever is told so may delete what it was made of.
    mutating func finishFolders() throws(ReportableError) {
        for name in folders.reversed() {
            guard case .declared(let entry) = known[Array(name.utf8)] else { continue }
            try finish(try open(name, for: entry), entry)
        }
        try root.syncFileSystem(path)
    }

    /// A folder of which nobody has said yet whose it is.
    private mutating func makeFolder(
        _ full: String,
        _ name: String,
        in parent: OpenFile,
        for entry: ArchiveEntry,
        orElse conflict: String
    ) throws(ReportableError) {
        guard count < limit else {
            throw Self.refused(entry, "makes more than the \(limit) names that are taken")
        }
        guard mkdirat(parent.descriptor, name, 0o700) == 0 else {
            throw errno == EEXIST ? Self.refused(entry, conflict) : failure("create", entry)
        }
        count += 1
        known[Array(full.utf8)] = .implied
        folders.append(full)
    }

    /// The folder that a name is in, and its name there.
    private mutating func place(of name: String, _ entry: ArchiveEntry) throws(ReportableError) -> (OpenFile, String) {
        let (parent, last) = ArchiveName.parts(name)
        if !recent.name.utf8.elementsEqual(parent.utf8) { recent = (parent, try open(parent, for: entry)) }
        return (recent.folder, last)
    }

    /// Word by word, so that no link on the way is followed even if somebody else has put one there. What is not there yet
    /// is made.
    private mutating func open(_ name: String, for entry: ArchiveEntry) throws(ReportableError) -> OpenFile {
        var (folder, full) = (root, "")
        for word in ArchiveName.words(name) {
            full += full.isEmpty ? word : "/\(word)"
            if known[Array(full.utf8)] == nil {
                let conflict = "is inside of '\(full.abridged)', which is no folder"
                try makeFolder(full, word, in: folder, for: entry, orElse: conflict)
            }
            let next = openat(folder.descriptor, word, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard next >= 0 else { throw failure("open the folder of", entry) }
            folder = OpenFile(next)
        }
        return folder
    }

    private static func times(_ entry: ArchiveEntry) -> [timespec] {
        let time = timespec(tv_sec: max(entry.modified, 0), tv_nsec: 0)
        return [time, time]
    }

    /// The top is a name, too, and there from the beginning.
    private func notMade(_ entry: ArchiveEntry) -> ReportableError {
        errno == EEXIST ? Self.refused(entry, "is there twice") : failure("create", entry)
    }

    private func failure(_ verb: String, _ entry: ArchiveEntry) -> ReportableError {
        OpenFile.failure(verb, "\(path)/\(entry.name)")
    }

    private static func refused(_ entry: ArchiveEntry, _ why: String) -> ReportableError {
        ReportableError(.vaultDamaged, "the archive's entry '\(entry.name.abridged)' \(why)")
    }
}
