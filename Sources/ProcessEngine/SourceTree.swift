import Basics
import Glibc

/// What is in a source directory, without what its `.slipwayignore` leaves out. Blocks: belongs off the pool.
struct SourceTree: Sendable {
    enum Kind: Hashable, Sendable {
        case directory
        case file(isExecutable: Bool)
        case link(target: String)
    }

    struct Entry: Hashable, Sendable {
        /// Relative to the source.
        let path: String
        let kind: Kind
        /// A file that others on the machine may not read.
        let isPrivate: Bool
    }

    let root: String
    /// Sorted by path, so that a directory comes before what is in it.
    let entries: [Entry]

    /// Throws `invalidSpec` when there is no such directory, or naming a link that leads outside or a file that is
    /// neither file, directory nor link.
    init(_ root: String) throws(ReportableError) {
        guard Disk.isDirectory(root) else {
            throw ReportableError(.invalidSpec, "there is no source directory \(root)")
        }
        let rules = IgnoreRules(Disk.text("\(root)/\(IgnoreRules.fileName)") ?? "")
        var entries: [Entry] = []
        var directories = [""]
        while let directory = directories.popLast() {
            for name in Disk.list("\(root)/\(directory)") {
                let path = directory.isEmpty ? name : "\(directory)/\(name)"
                let isDirectory = Disk.isDirectory("\(root)/\(path)")
                guard !rules.ignores(path, isDirectory: isDirectory) else { continue }
                let entry = try Self.entry(path, in: root)
                entries.append(entry)
                if entry.kind == .directory { directories.append(path) }
            }
        }
        self.root = root
        self.entries = entries.sorted { $0.path < $1.path }
        try checkLinks()
    }

    var privateFiles: [String] { entries.filter(\.isPrivate).map(\.path) }

    /// Names, modes (as far as a program can be run or not), link targets and contents.
    func digest() throws(ReportableError) -> Digest {
        try visit { _, _ in }
    }

    /// Copies everything to an empty directory that only its owner can enter, in which every file is readable, and
    /// returns the digest of what was copied.
    func copy(to target: String) throws(ReportableError) -> Digest {
        try Disk.makeDirectory(target, mode: 0o700)
        var open: (path: String, file: Int32)?
        defer { if let open { close(open.file) } }
        let digest = try visit { (entry, piece) throws(ReportableError) in
            let path = "\(target)/\(entry.path)"
            switch entry.kind {
            case .directory: try Disk.makeDirectory(path, mode: 0o755)
            case .link(let text):
                guard symlink(text, path) == 0 else { throw Disk.failure("make the link", path) }
            case .file(let isExecutable):
                if open?.path != path {
                    let done = open
                    open = nil
                    if let done { try Self.finish(done.file, path: done.path) }
                    open = (path, try Self.create(path, mode: isExecutable ? 0o755 : 0o644))
                }
                if let open { try Disk.writeAll(piece, to: open.file, path: path) }
            }
        }
        if let open { try Disk.flush(open.file, path: open.path) }
        return digest
    }

    /// Hands over each entry, files in pieces (an empty file in one empty piece).
    private func visit(
        _ body: (Entry, [UInt8]) throws(ReportableError) -> Void
    ) throws(ReportableError) -> Digest {
        var digest = RunningDigest()
        for entry in entries {
            switch entry.kind {
            case .directory:
                digest.update("directory\0\(entry.path)\0".utf8)
                try body(entry, [])
            case .link(let target):
                digest.update("link\0\(entry.path)\0\(target)\0".utf8)
                try body(entry, [])
            case .file(let isExecutable):
                digest.update("\(isExecutable ? "program" : "file")\0\(entry.path)\0".utf8)
                // The digest of the content has a fixed length, so that no file can look like two.
                var content = RunningDigest()
                try Self.read("\(root)/\(entry.path)") { (piece) throws(ReportableError) in
                    content.update(piece)
                    try body(entry, piece)
                }
                digest.update(content.finish().hex.utf8)
            }
        }
        return digest.finish()
    }

    private static func read(
        _ path: String,
        _ body: ([UInt8]) throws(ReportableError) -> Void
    ) throws(ReportableError) {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { throw Disk.failure("read", path) }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var isFirst = true
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            guard count >= 0 else { throw Disk.failure("read", path) }
            if count > 0 || isFirst { try body(Array(buffer[..<count])) }
            guard count > 0 else { return }
            isFirst = false
        }
    }

    private static func finish(_ file: Int32, path: String) throws(ReportableError) {
        defer { close(file) }
        try Disk.flush(file, path: path)
    }

    private static func create(_ path: String, mode: mode_t) throws(ReportableError) -> Int32 {
        let file = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0, fchmod(file, mode) == 0 else { throw Disk.failure("create", path) }
        return file
    }

    private static func entry(_ path: String, in root: String) throws(ReportableError) -> Entry {
        var status = stat()
        guard lstat("\(root)/\(path)", &status) == 0 else { throw Disk.failure("look at", "\(root)/\(path)") }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return Entry(path: path, kind: .directory, isPrivate: false)
        case S_IFREG:
            let kind = Kind.file(isExecutable: status.st_mode & 0o100 != 0)
            return Entry(path: path, kind: kind, isPrivate: status.st_mode & 0o004 == 0)
        case S_IFLNK:
            return Entry(path: path, kind: .link(target: try target(of: "\(root)/\(path)")), isPrivate: false)
        default:
            throw ReportableError(
                .invalidSpec,
                "\(path) in \(root) is neither a file nor a directory nor a link",
                hint: "Remove it, or name it in .slipwayignore."
            )
        }
    }

    private func checkLinks() throws(ReportableError) {
        var targets: [String: String] = [:]
        for entry in entries { if case .link(let target) = entry.kind { targets[entry.path] = target } }
        let links = SourceLinks(targets: targets)
        for (path, target) in targets.sorted(by: { $0.key < $1.key }) where !links.staysInside(path) {
            throw ReportableError(
                .invalidSpec,
                "the link \(path) in \(root) leads out of the source, to \(target)",
                hint: "Copy what it leads to into the source, or name the link in .slipwayignore."
            )
        }
    }

    private static func target(of path: String) throws(ReportableError) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &buffer, buffer.count)
        guard count >= 0 else { throw Disk.failure("read the link", path) }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
