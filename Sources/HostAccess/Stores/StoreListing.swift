import Basics
import Glibc
import Interfaces

/// The blobs of a directory whose names begin with a text, in the order of their names.
struct StoreListing {
    private(set) var blobs: [BlobFacts] = []
    private let root: StoreDirectory
    private let prefix: String

    init(of root: StoreDirectory, _ prefix: String) throws(ReportableError) {
        self.root = root
        self.prefix = prefix
        // The deepest folder that holds all of them; a text that leads anywhere else is that of no blob.
        let folder = prefix.lastIndex(of: "/").map { String(prefix[..<$0]) }
        guard folder.map({ BlobName($0) != nil }) ?? true else { return }
        try walk(folder)
        blobs.sort { $0.name < $1.name }
    }

    private mutating func walk(_ folder: String?) throws(ReportableError) {
        for word in try Self.names(in: folder ?? ".", of: root) ?? [] {
            let path = folder.map { "\($0)/\(word)" } ?? word
            guard path.hasPrefix(prefix) || prefix.hasPrefix("\(path)/"), let name = BlobName(path) else { continue }
            var status = stat()
            guard fstatat(root.descriptor, path, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
                // Deleted meanwhile.
                if errno == ENOENT { continue }
                throw StoreDirectory.failure("look at", "\(root.path)/\(path)")
            }
            if let facts = try StoreDirectory.facts(name, status, root.path) {
                blobs.append(facts)
            } else {
                try walk(path)
            }
        }
    }

    /// The names in a folder; nil when there is no such folder.
    static func names(in folder: String, of root: StoreDirectory) throws(ReportableError) -> [String]? {
        let path = "\(root.path)/\(folder)"
        let descriptor = openat(root.descriptor, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0, let stream = fdopendir(descriptor) else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            let failure = StoreDirectory.failure("list", path)
            if descriptor >= 0 { close(descriptor) }
            throw failure
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        // Half a list would pass for the whole.
        guard errno == 0 else { throw StoreDirectory.failure("list", path) }
        return names
    }
}
