import Basics
import Manifests

/// What has to happen in a folder so that it holds exactly one set of manifests.
struct RenderedChange {
    /// Whose content is in the way of what is to be written.
    enum Owner {
        case slipway
        /// Slipway wrote the file, and somebody changed it since.
        case editor
        /// Slipway did not write the file.
        case stranger
    }

    struct Written {
        let file: ManifestFile
        /// What stands there now; nil when nothing does.
        let before: String?
        let owner: Owner
    }

    struct Removed {
        let path: String
        let before: String
        let owner: Owner
    }

    let set: RenderedSet
    /// The whole set.
    let files: [ManifestFile]
    /// What the folder's list says now.
    let list: RenderedList
    var written: [Written] = []
    var removed: [Removed] = []
    /// What a program would no longer read beside what is to be written.
    var shadowed: [String] = []

    init(to files: [ManifestFile], of set: RenderedSet, from list: RenderedList) {
        (self.set, self.files, self.list) = (set, files, list)
    }

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

    /// As `diff -u` shows it, with a line before each file that somebody changed.
    var text: String {
        let changed = written.map { written in
            Self.head(written.file.path, written.owner)
                + LineDifference(path: written.file.path, before: written.before, after: written.file.content).text
        }
        let gone = removed.map { removed in
            Self.head(removed.path, removed.owner)
                + LineDifference(path: removed.path, before: removed.before, after: nil).text
        }
        return (changed + gone).joined()
    }

    private static func head(_ path: String, _ owner: Owner) -> String {
        switch owner {
        case .slipway: ""
        case .editor: "\(path) was changed by hand since it was rendered\n"
        case .stranger: "\(path) was not written by Slipway\n"
        }
    }

    /// Why this must not be done in a folder without being told twice; nil when nothing is lost by it.
    func refusal(in folder: String) -> ReportableError? {
        if let held = list.set, held != set {
            return ReportableError(
                .usage,
                "\(folder) holds \(held.words), not \(set.words)",
                hint: "Choose another folder, or replace what is there with --force."
            )
        }
        let foreign = written.filter { $0.owner == .stranger }.map(\.file.path)
        if !foreign.isEmpty {
            let named = foreign.prefix(3).joined(separator: ", ")
            let more = foreign.count > 3 ? " and \(foreign.count - 3) more" : ""
            return ReportableError(
                .usage,
                "\(folder) holds \(named)\(more), which Slipway did not write",
                hint: "Choose another folder, look at the differences with --diff, or take them over with --force."
            )
        }
        if !shadowed.isEmpty {
            return ReportableError(
                .usage,
                "\(folder) holds \(shadowed.joined(separator: ", ")), which Docker Compose does not read beside compose.yaml",
                hint: "Choose another folder, or let the new file take its place with --force."
            )
        }
        let edited =
            written.filter { $0.owner == .editor }.map(\.file.path)
            + removed.filter { $0.owner == .editor }.map(\.path)
        guard !edited.isEmpty else { return nil }
        return ReportableError(
            .usage,
            "\(edited.count) file\(edited.count == 1 ? "" : "s") in \(folder) \(edited.count == 1 ? "was" : "were") "
                + "changed by hand since \(edited.count == 1 ? "it was" : "they were") rendered",
            hint: "Bring the changes into the spec, look at them with --diff, or give them up with --force.",
            details: edited.sorted()
        )
    }
}
