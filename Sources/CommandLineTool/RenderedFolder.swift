import Basics
import FoundationEssentials
import Manifests

#if canImport(Glibc)
    import Glibc
#endif

/// A folder that manifests are written to. A list in it says which of its files are Slipway's, so that a later set can
/// remove what it no longer has, and nothing else.
struct RenderedFolder {
    let path: String

    static let listName = ".slipway-rendered"
    /// Far beyond any rendered file.
    private static let limit = ByteCount(bytes: 16 << 20)

    /// What has to be written and removed so that the folder holds exactly these files.
    func change(to files: [ManifestFile]) throws(ReportableError) -> RenderedChange {
        let ours = try ours()
        var change = RenderedChange(files: files)
        for file in files {
            let before = try text(of: file.path)
            if let before, before.utf8.elementsEqual(file.content.utf8) { continue }
            change.written.append(RenderedChange.Written(file: file, before: before, isOurs: ours.contains(file.path)))
        }
        let kept = Set(files.map(\.path))
        for path in ours.subtracting(kept).sorted() {
            guard let before = try text(of: path) else { continue }
            change.removed.append(RenderedChange.Removed(path: path, before: before))
        }
        return change
    }

    /// Throws `fileFailed`. Stopped half way, the next call completes it: the list names every file before it is made.
    func carryOut(_ change: RenderedChange, takingOver: Bool) throws(ReportableError) {
        let foreign = change.written.filter { $0.before != nil && !$0.isOurs }
        guard takingOver || foreign.isEmpty else { throw refusal(foreign.map(\.file.path)) }
        // Containers read these files as users of their own, and nothing in them is secret.
        let before = umask(0o022)
        defer { umask(before) }
        let removed = change.removed.map(\.path)
        try write(list(of: change.files.map(\.path) + removed), to: Self.listName)
        for written in change.written { try write(written.file.content, to: written.file.path) }
        for file in change.files where file.isExecutable { try makeExecutable(file.path) }
        for path in removed { try remove(path) }
        try write(list(of: change.files.map(\.path)), to: Self.listName)
    }

    private func refusal(_ paths: [String]) -> ReportableError {
        let named = paths.prefix(3).joined(separator: ", ") + (paths.count > 3 ? " and \(paths.count - 3) more" : "")
        return ReportableError(
            .usage,
            "\(path) holds \(named), which Slipway did not write",
            hint: "Choose another folder, look at the differences with --diff, or take them over with --force."
        )
    }

    private func list(of paths: [String]) -> String {
        "# The files of this folder that `slipway render` writes, and may replace or remove.\n"
            + Set(paths).sorted().map { $0 + "\n" }.joined()
    }

    /// What leads out of the folder, and what `secrets.sh` makes, is nobody's: the list may come from a stranger.
    private func ours() throws(ReportableError) -> Set<String> {
        let lines = (try text(of: Self.listName) ?? "").split(whereSeparator: \.isNewline).map(String.init)
        return Set(lines.filter { !$0.hasPrefix("#") && !$0.hasPrefix("/") && !Self.isForeign($0) })
    }

    private static func isForeign(_ file: String) -> Bool {
        let parts = file.split(separator: "/")
        return parts.contains("..") || parts.first == "secrets" || parts == [".env"]
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

    private func write(_ text: String, to file: String) throws(ReportableError) {
        let full = URL(filePath: "\(path)/\(file)")
        do {
            try FileManager.default.createDirectory(
                at: full.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: full, options: .atomic)
        } catch {
            throw ReportableError(.fileFailed, "cannot write \(path)/\(file): \(FileFailure.words(error))")
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
