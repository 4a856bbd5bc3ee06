import Basics
import FoundationEssentials

/// A folder with a Dockerfile around rendered files: `COPY .` would take the values that `secrets.sh` makes into an image,
/// and from there to whoever pulls it.
enum BuildContext {
    /// The lines that are missing; nil where no image is built, or where its `.dockerignore` names what holds secrets
    /// already. What is beyond a repository is another matter.
    static func advice(for output: String) -> String? {
        var folder = URL(filePath: output).standardizedFileURL.path
        while folder.count > 1, folder.last == "/" { folder.removeLast() }
        var inner: [String] = []
        while folder.count > 1 {
            let exists = { (name: String) in FileManager.default.fileExists(atPath: "\(folder)/\(name)") }
            let missing = ["secrets", ".env"].filter { !names(inner + [$0], in: folder) }
            if exists("Dockerfile") || exists("Containerfile"), !missing.isEmpty {
                let lines = missing.map { (inner + [$0]).joined(separator: "/") }
                return
                    "an image built from \(folder) could hold every secret: add the line\(lines.count == 1 ? "" : "s") "
                    + "\(lines.joined(separator: " and ")) to \(folder)/.dockerignore"
            }
            if exists(".git") { return nil }
            let cut = folder.lastIndex(of: "/") ?? folder.startIndex
            inner.insert(String(folder[folder.index(after: cut)...]), at: 0)
            folder = String(folder[..<cut])
        }
        return nil
    }

    /// Whether a folder's list names a path, a folder that it is in, or every folder of its name.
    private static func names(_ path: [String], in folder: String) -> Bool {
        guard let bytes = try? SmallFile.read("\(folder)/.dockerignore", atMost: ByteCount(bytes: 1 << 20)) else {
            return false
        }
        let inner = path.indices.map { path[...$0].joined(separator: "/") }
        let known = Set(inner + ["*", "**"] + path.map { "**/\($0)" })
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).contains { line in
            var words = line.filter { $0 != " " }[...]
            for start in ["./", "/"] where words.hasPrefix(start) { words.removeFirst(start.count) }
            for end in ["/**", "/*", "/"] where words.hasSuffix(end) { words.removeLast(end.count) }
            return known.contains(String(words))
        }
    }
}
