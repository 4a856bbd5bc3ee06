import Basics
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#endif

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

    /// Whether a folder's list keeps a path out, as Docker reads it: the last line that names it, or a folder that it is
    /// in, decides.
    private static func names(_ path: [String], in folder: String) -> Bool {
        guard let bytes = try? SmallFile.read("\(folder)/.dockerignore", atMost: ByteCount(bytes: 1 << 20)) else {
            return false
        }
        var isOut = false
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            var words = line.trimmed
            guard words.first != "#" else { continue }
            let isBack = words.first == "!"
            if isBack { words = words.dropFirst().drop { $0 == " " } }
            let pattern = words.split(separator: "/").filter { $0 != "." }
            if !pattern.isEmpty, matches(path[...], pattern[...]) { isOut = !isBack }
        }
        return isOut
    }

    /// Whether a pattern names a path or a beginning of it.
    private static func matches(_ path: ArraySlice<String>, _ pattern: ArraySlice<Substring>) -> Bool {
        guard let first = pattern.first else { return true }
        if first == "**" {
            if pattern.count == 1 { return !path.isEmpty }
            return path.indices.contains { matches(path[$0...], pattern.dropFirst()) }
        }
        guard let name = path.first, fnmatch(String(first), name, 0) == 0 else { return false }
        return matches(path.dropFirst(), pattern.dropFirst())
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var rest = drop { $0.isWhitespace }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}
