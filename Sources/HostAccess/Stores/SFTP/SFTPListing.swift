import Basics
import Interfaces

/// The blobs of a store whose names begin with a text, in the order of their names.
struct SFTPListing {
    let store: SFTPStore
    let prefix: String

    /// Folders that are read at once: each takes some turns over a line that may be slow.
    private static let width = 8

    func blobs() async throws(ReportableError) -> [BlobFacts] {
        // The deepest folder that holds all of them; a text that leads anywhere else is that of no blob.
        let root = prefix.lastIndex(of: "/").map { String(prefix[..<$0]) }
        guard root.map({ BlobName($0) != nil }) ?? true else { return [] }
        var (found, folders): ([BlobFacts], [String?]) = ([], [root])
        while !folders.isEmpty {
            let now = folders.prefix(Self.width)
            folders.removeFirst(now.count)
            for content in try await contents(of: Array(now)) {
                found += content.blobs
                folders += content.folders
            }
        }
        return found.sorted { $0.name < $1.name }
    }

    private struct Content: Sendable {
        var blobs: [BlobFacts] = []
        var folders: [String?] = []
    }

    private func contents(of folders: [String?]) async throws(ReportableError) -> [Content] {
        let results = await withTaskGroup(of: Result<Content, ReportableError>.self) { group in
            for folder in folders {
                group.addTask {
                    do throws(ReportableError) { return .success(try await content(of: folder)) } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var contents: [Content] = []
        for result in results { contents.append(try result.get()) }
        return contents
    }

    private func content(of folder: String?) async throws(ReportableError) -> Content {
        var content = Content()
        let path = folder.map(store.path) ?? store.client.place.root
        for (word, attributes) in try await Self.entries(of: path, store) ?? [] {
            let text = folder.map { "\($0)/\(word)" } ?? word
            guard text.hasPrefix(prefix) || prefix.hasPrefix("\(text)/"), let name = BlobName(text) else { continue }
            if let facts = try store.facts(name, attributes) {
                content.blobs.append(facts)
            } else {
                content.folders.append(text)
            }
        }
        return content
    }

    /// What is in a folder; nil when there is no such folder.
    static func entries(
        of folder: String,
        _ store: SFTPStore
    ) async throws(ReportableError) -> [(name: String, attributes: SFTPAttributes)]? {
        try await store.client.onSomeLine { (line) throws(ReportableError) in
            let opened = try await line.ask(.openFolder(folder))
            if case .status(.noSuchFile, _) = opened { return nil }
            guard case .handle(let handle) = opened else { throw await store.failure(opened, "list \(folder)") }
            defer { line.tell(.close(handle)) }
            var found: [(name: String, attributes: SFTPAttributes)] = []
            while true {
                switch try await line.ask(.readFolder(handle)) {
                case .entries(let entries): found += entries.filter { $0.name != "." && $0.name != ".." }
                case .status(.end, _): return found
                // Half a list would pass for the whole.
                case let reply: throw await store.failure(reply, "list \(folder)")
                }
            }
        }
    }
}
