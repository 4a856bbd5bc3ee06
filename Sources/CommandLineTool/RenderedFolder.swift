import Basics
import FoundationEssentials
import Manifests

#if canImport(Glibc)
    import Glibc
#endif

/// A folder that manifests are written to. A list in it says which of its files are Slipway's, so that a later set can
/// remove what it no longer has, and nothing else, and nobody's changes are lost.
struct RenderedFolder {
    /// As the person typed it.
    let path: String

    /// Far beyond any rendered file.
    private static let limit = ByteCount(bytes: 16 << 20)

    init(path: String) {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        self.path = String(path)
    }

    /// What has to be written and removed so that the folder holds exactly these files.
    func change(to files: [ManifestFile], of set: RenderedSet) throws(ReportableError) -> RenderedChange {
        try checkReadable()
        let list = RenderedList(reading: try text(of: RenderedList.name) ?? "")
        var change = RenderedChange(to: files, of: set, from: list)
        for file in files {
            let before = try text(of: file.path)
            if let before, before.utf8.elementsEqual(file.content.utf8) { continue }
            change.written.append(
                RenderedChange.Written(file: file, before: before, owner: owner(of: before, at: file.path, list))
            )
        }
        change.shadowed = shadowed(by: files, list)
        for path in Set(list.contents.keys).subtracting(files.map(\.path)).sorted() {
            guard let before = try text(of: path) else { continue }
            change.removed.append(
                RenderedChange.Removed(path: path, before: before, owner: owner(of: before, at: path, list))
            )
        }
        return change
    }

    /// Files of somebody's project that Compose reads only where no `compose.yaml` is, which there was not until now.
    private func shadowed(by files: [ManifestFile], _ list: RenderedList) -> [String] {
        let file = "compose.yaml"
        guard files.contains(where: { $0.path == file }), list.contents[file] == nil else { return [] }
        return ["compose.yml", "docker-compose.yml", "docker-compose.yaml"].filter { Draft.isTaken("\(path)/\($0)") }
    }

    private func owner(of content: String?, at path: String, _ list: RenderedList) -> RenderedChange.Owner {
        guard let content else { return .slipway }
        guard list.contents[path] != nil else { return .stranger }
        return list.isChanged(path, holding: content) ? .editor : .slipway
    }

    /// Throws `usage` when something would be lost that nobody gave up, `fileFailed` when a file cannot be written.
    /// Stopped half way, the next call completes it: the list has every file before it is made, and drafts whose writer
    /// is gone are removed.
    func carryOut(_ change: RenderedChange, takingOver: Bool) throws(ReportableError) {
        if !takingOver, let refusal = change.refusal(in: path) { throw refusal }
        // Containers read these files as users of their own, and nothing in them is secret.
        let before = umask(0o022)
        defer { umask(before) }
        try makeFolder()
        Draft.removeLeftOvers(of: change.files.map(\.path) + [RenderedList.name], in: path)
        let list = RenderedList(of: change.set, change.files)
        var meanwhile = list
        meanwhile.add(change.list)
        try write(meanwhile.text, to: RenderedList.name)
        for written in change.written { try write(written.file.content, to: written.file.path) }
        for file in change.files where file.isExecutable { try makeExecutable(file.path) }
        for removed in change.removed { try remove(removed.path) }
        try write(list.text, to: RenderedList.name)
    }

    /// Throws `usage` for a path that leads to no folder, so that the message names what the person typed.
    private func checkReadable() throws(ReportableError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno != ENOENT else { return }
            throw ReportableError(.usage, "cannot write to \(path): \(FileFailure.last)", hint: Self.another)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw ReportableError(.usage, "\(path) is a file, and --output names a folder", hint: Self.another)
        }
        guard access(path, R_OK | X_OK) == 0 else {
            throw ReportableError(
                .fileFailed,
                "cannot read the folder \(path): \(FileFailure.last)",
                hint: Self.another
            )
        }
    }

    private static let another = "Give --output another folder; it is made when missing."

    private func makeFolder() throws(ReportableError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ReportableError(
                .fileFailed,
                "cannot make the folder \(path): \(FileFailure.words(error))",
                hint: Self.another
            )
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw ReportableError(
                .fileFailed,
                "cannot write into the folder \(path): \(FileFailure.last)",
                hint: Self.another
            )
        }
    }

    /// A link would lead what is read, written or removed to another place.
    private func refuseLinks(_ file: String) throws(ReportableError) {
        var place = path
        for part in file.split(separator: "/") {
            place += "/\(part)"
            var status = stat()
            guard lstat(place, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { continue }
            throw ReportableError(
                .usage,
                "\(place) is a link, which Slipway neither follows nor replaces",
                hint: "Remove it, or choose another folder."
            )
        }
    }

    /// Nil when there is no such file.
    private func text(of file: String) throws(ReportableError) -> String? {
        let full = "\(path)/\(file)"
        try refuseLinks(file)
        guard FileManager.default.fileExists(atPath: full) else { return nil }
        do throws(SmallFile.Failure) {
            return String(decoding: try SmallFile.read(full, atMost: Self.limit), as: UTF8.self)
        } catch {
            throw ReportableError(.fileFailed, "cannot read \(full): \(error)")
        }
    }

    /// Whole or not at all, but not forced to the disk file by file: what a power cut takes, the next call writes again.
    private func write(_ text: String, to file: String) throws(ReportableError) {
        let full = "\(path)/\(file)"
        let parent = String(full[..<(full.lastIndex(of: "/") ?? full.endIndex)])
        do {
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        } catch {
            throw ReportableError(.fileFailed, "cannot make the folder \(parent): \(FileFailure.words(error))")
        }
        let draft = Draft.name(for: full)
        do throws(SmallFile.Failure) {
            try SmallFile.write(text, to: draft, flags: O_EXCL, mode: 0o666)
        } catch {
            throw ReportableError(.fileFailed, "cannot write \(full): \(error)")
        }
        guard rename(draft, full) == 0 else {
            let reason = FileFailure.last
            unlink(draft)
            throw ReportableError(.fileFailed, "cannot write \(full): \(reason)")
        }
    }

    private func makeExecutable(_ file: String) throws(ReportableError) {
        guard chmod("\(path)/\(file)", 0o755) == 0 else {
            throw ReportableError(.fileFailed, "cannot make \(path)/\(file) executable: \(FileFailure.last)")
        }
    }

    /// The file, and the folders that are empty without it.
    private func remove(_ file: String) throws(ReportableError) {
        guard unlink("\(path)/\(file)") == 0 || errno == ENOENT else {
            throw ReportableError(.fileFailed, "cannot remove \(path)/\(file): \(FileFailure.last)")
        }
        var parts = file.split(separator: "/").dropLast()
        while !parts.isEmpty, rmdir("\(path)/\(parts.joined(separator: "/"))") == 0 { parts.removeLast() }
    }
}

/// What the system says about a file, without the words of a library.
enum FileFailure {
    static var last: String { String(cString: strerror(errno)) }

    static func words(_ error: any Error) -> String {
        guard let error = error as? CocoaError else { return "\(error)" }
        guard let cause = error.userInfo["NSUnderlyingError"] as? POSIXError else { return "\(error.code)" }
        return String(cString: strerror(cause.code.rawValue))
    }
}
