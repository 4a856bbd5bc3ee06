import Basics
import Interfaces
import Testing

@testable import Archives

@Suite struct ArchiveNameTests {
    @Test(arguments: [ArchiveEntry.Kind.folder, .file(size: 0)])
    func `a name of the longest length is written and read back`(_ kind: ArchiveEntry.Kind) async throws {
        let word = String(repeating: "w", count: 255)
        let name = [String](repeating: word, count: 16).joined(separator: "/")
        #expect(name.utf8.count == ArchiveName.limit)
        let entry = ArchiveEntry(name: name, kind: kind, mode: 0o700, owner: 1, group: 2, modified: 3)
        let bytes = TarHeaderWriter.blocks(entry) + TarHeaderWriter.end
        let reader = TarReader(StreamReader(ByteStream(bytes: bytes)), limits: ArchiveLimits(entries: 2, bytes: 0))
        #expect(try await reader.next() == entry)
        #expect(try await reader.next() == nil)
        #expect(throws: ArchiveRefusal.self) { try ArchiveName.checked("a/\(name)", isFolder: true) }
    }
}
