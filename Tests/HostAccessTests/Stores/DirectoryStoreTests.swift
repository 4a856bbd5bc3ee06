import Basics
import Foundation
import Glibc
import Interfaces
import Synchronization
import Testing

@testable import HostAccess

@Suite struct DirectoryStoreTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = "/tmp/directory-store-\(UUID().uuidString.prefix(8))"
        mkdir(folder, 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private func stream(_ pieces: [[UInt8]], failing: ReportableError? = nil) -> ByteStream {
        let box = Box(Mutex(pieces))
        return ByteStream { () async throws(ReportableError) -> [UInt8]? in
            if let piece = box.pieces.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return piece }
            if let failing { throw failing }
            return nil
        }
    }

    private final class Box: Sendable {
        let pieces: Mutex<[[UInt8]]>
        init(_ pieces: consuming Mutex<[[UInt8]]>) { self.pieces = pieces }
    }

    private func name(_ text: String) throws -> BlobName { try #require(BlobName(text)) }

    private func place(_ bytes: [UInt8], _ path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    private func mode(_ path: String) -> Int {
        var status = stat()
        lstat(path, &status)
        return Int(status.st_mode & 0o7777)
    }

    private func read(_ store: DirectoryStore, _ name: BlobName, from offset: Int = 0) async throws -> [UInt8] {
        let content = try await store.get(name, from: offset)
        var bytes: [UInt8] = []
        while let piece = try await content.next() { bytes += piece }
        return bytes
    }

    private func refusal(_ path: String) async -> ReportableError? {
        do throws(ReportableError) {
            _ = try await DirectoryStore(at: path)
            return nil
        } catch {
            return error
        }
    }

    @Test func `blobs come, are read, listed and go, and nobody else can read them`() async throws {
        try await withFolder { folder in
            let store = try await DirectoryStore(at: "\(folder)/store")
            let name = try name("sets/a/b.zst")
            let facts = try await store.put(name, stream([[1, 2], [3]]), when: .absent)
            #expect(facts.size == 3)
            #expect(try await store.facts(of: name) == facts)
            #expect(try await read(store, name) == [1, 2, 3])
            #expect(try await read(store, name, from: 2) == [3])
            #expect(try await read(store, name, from: 9) == [])
            _ = try await store.put(try self.name("sets/a-b"), stream([]), when: .always)
            _ = try await store.put(try self.name("top"), stream([[1]]), when: .always)
            #expect(try await store.list("").map(\.name.text) == ["sets/a-b", "sets/a/b.zst", "top"])
            #expect(try await store.list("sets/a/").map(\.name.text) == ["sets/a/b.zst"])
            #expect(try await store.list("sets/a").count == 2)
            #expect(try await store.list("../").isEmpty)
            #expect(mode("\(folder)/store") == 0o700)
            #expect(mode("\(folder)/store/sets/a") == 0o700)
            #expect(mode("\(folder)/store/sets/a/b.zst") == 0o600)
            try await store.delete(name)
            try await store.delete(name)
            #expect(try await store.facts(of: name) == nil)
            #expect(access("\(folder)/store/sets/a", F_OK) != 0)
            await #expect(throws: ReportableError.self) { try await store.get(name, from: 0) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/store/.drafts") == [])
        }
    }

    @Test func `what is not whole is not there`() async throws {
        try await withFolder { folder in
            let store = try await DirectoryStore(at: folder)
            let name = try name("a/b")
            let broken = ReportableError(.engineFailed, "the source broke")
            await #expect(throws: broken) {
                _ = try await store.put(name, stream([[1]], failing: broken), when: .always)
            }
            #expect(try await store.list("").isEmpty)
            _ = try await store.put(name, stream([[7]]), when: .always)
            await #expect(throws: broken) {
                _ = try await store.put(name, stream([[1]], failing: broken), when: .always)
            }
            #expect(try await read(store, name) == [7])
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/.drafts") == [])
        }
    }

    @Test func `a condition is checked in one step, whoever else writes`() async throws {
        try await withFolder { folder in
            let name = try name("lease.json")
            for round in 0..<20 {
                // Each opens the directory for itself, as another process does.
                var stores: [DirectoryStore] = []
                for _ in 0..<4 { stores.append(try await DirectoryStore(at: folder)) }
                let tag = try await stores[0].facts(of: name)?.tag
                let won = await withTaskGroup(of: Bool.self) { group in
                    for store in stores {
                        let content = stream([[UInt8(round)]])
                        group.addTask {
                            let put = try? await store.put(name, content, when: tag.map { .unchanged($0) } ?? .absent)
                            return put != nil
                        }
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(won == 1)
            }
            let store = try await DirectoryStore(at: folder)
            do throws(ReportableError) {
                _ = try await store.put(name, stream([]), when: .absent)
                Issue.record("a blob was replaced")
            } catch {
                #expect(error.code == .storeConflict)
            }
            do throws(ReportableError) {
                _ = try await store.put(try BlobName("x").orBroken(), stream([]), when: .unchanged(BlobTag("1")))
                Issue.record("a blob that was not there was unchanged")
            } catch {
                #expect(error.code == .storeConflict)
            }
        }
    }

    @Test func `drafts of the dead are swept, those of the living are not`() async throws {
        try await withFolder { folder in
            let store = try await DirectoryStore(at: folder)
            try place([1], "\(folder)/.drafts/1")
            try place([1], "\(folder)/.drafts/2")
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -7200)],
                ofItemAtPath: "\(folder)/.drafts/1"
            )
            let root = try StoreDirectory(opening: folder)
            let living = try BlobDraft(of: try name("x"), in: root)
            #expect(try await store.sweep(olderThan: .seconds(3600)) == 1)
            #expect(try await store.sweep(olderThan: .seconds(-10)) == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/.drafts").count == 1)
            living.remove()
        }
    }

    @Test func `a directory that others rule is refused with what to do`() async throws {
        guard geteuid() == 0 else { return print("skipped: only root can give files away") }
        try await withFolder { folder in
            mkdir("\(folder)/theirs", 0o755)
            chown("\(folder)/theirs", 65_534, 65_534)
            #expect(await refusal("\(folder)/theirs")?.hint?.contains("chown") == true)
            mkdir("\(folder)/theirs/mine", 0o700)
            #expect(await refusal("\(folder)/theirs/mine")?.message.contains("\(folder)/theirs") == true)
            symlink("\(folder)/theirs/mine", "\(folder)/way")
            #expect(await refusal("\(folder)/way")?.code == .storeFailed)
            mkdir("\(folder)/open", 0o700)
            chmod("\(folder)/open", 0o770)
            #expect(await refusal("\(folder)/open")?.hint?.contains("chmod") == true)
            try place([], "\(folder)/file")
            #expect(await refusal("\(folder)/file")?.code == .storeFailed)
            #expect(await refusal("\(folder)/missing/store")?.code == .storeFailed)
            // One's own link to one's own directory is how disks are chosen.
            mkdir("\(folder)/disk", 0o700)
            symlink("\(folder)/disk", "\(folder)/link")
            #expect(await refusal("\(folder)/link") == nil)
        }
    }

    @Test func `no link inside is followed, and none is passed over`() async throws {
        try await withFolder { folder in
            try place([9], "\(folder)/secret")
            let store = try await DirectoryStore(at: "\(folder)/store")
            symlink("\(folder)/secret", "\(folder)/store/link")
            symlink(folder, "\(folder)/store/sets")
            for text in ["link", "sets/secret"] {
                let name = try name(text)
                await #expect(throws: ReportableError.self) { try await store.get(name, from: 0) }
                await #expect(throws: ReportableError.self) { try await store.facts(of: name) }
            }
            await #expect(throws: ReportableError.self) { try await store.list("") }
            let name = try name("sets/new")
            await #expect(throws: ReportableError.self) { _ = try await store.put(name, stream([]), when: .always) }
            #expect(access("\(folder)/new", F_OK) != 0)
            mkfifo("\(folder)/store/pipe", 0o600)
            let pipe = try self.name("pipe")
            await #expect(throws: ReportableError.self) { try await store.get(pipe, from: 0) }
        }
    }
}

extension BlobName? {
    fileprivate func orBroken() throws(ReportableError) -> BlobName {
        guard let self else { throw ReportableError(.broken, "no name") }
        return self
    }
}
