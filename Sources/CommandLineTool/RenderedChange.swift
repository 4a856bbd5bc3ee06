import Manifests

/// What has to happen in a folder so that it holds exactly one set of manifests.
struct RenderedChange {
    struct Written {
        let file: ManifestFile
        /// What stands there now; nil when nothing does.
        let before: String?
        let isOurs: Bool
    }

    struct Removed {
        let path: String
        let before: String
    }

    /// The whole set.
    let files: [ManifestFile]
    var written: [Written] = []
    var removed: [Removed] = []

    init(files: [ManifestFile]) { self.files = files }

    var isEmpty: Bool { written.isEmpty && removed.isEmpty }

    var summary: String {
        let new = written.count { $0.before == nil }
        let parts = [
            (new, "new"), (written.count - new, "changed"), (removed.count, "removed"),
            (files.count - written.count, "as they were"),
        ]
        let told = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return "\(files.count) file\(files.count == 1 ? "" : "s") (\(told.joined(separator: ", ")))"
    }

    /// As `diff -u` shows it.
    var text: String {
        let changed = written.map { LineDifference(path: $0.file.path, before: $0.before, after: $0.file.content).text }
        return (changed + removed.map { LineDifference(path: $0.path, before: $0.before, after: nil).text }).joined()
    }
}
