import Basics
import Foundation
import Glibc
import HostAccess
import Interfaces
import TestKit
import Testing

/// What a power cut leaves of a blob is what was synced before: its bytes, and every folder that has got a name in it.
@Suite struct DirectoryDurabilityTests {
    @Test(.enabled(if: TracedTest.isPossible, "needs strace"))
    func `whatever was written, made or deleted is on the disk when the call returns`() throws {
        let folder = "/tmp/directory-durability-\(UUID().uuidString.prefix(8))"
        mkdir(folder, 0o700)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let calls = try TracedTest.calls(
            "mkdir,mkdirat,linkat,renameat,unlinkat,fsync",
            of: "DirectoryDurabilityTests/writer",
            in: folder
        )
        let steps = calls.split { $0.contains("\(folder)/done-") }
        try #require(steps.count == 3)
        for (number, step) in steps.enumerated() {
            var changes = 0
            for (place, call) in step.enumerated() {
                guard let changed = Self.folder(changedBy: call, folder) else { continue }
                changes += 1
                let isSynced = step.dropFirst(place).contains { $0.contains("fsync(") && $0.contains("<\(changed)>") }
                #expect(isSynced, "\(changed) after \(call)")
                let isNamed = call.contains(" linkat(") || call.contains(" renameat(")
                let wasWritten = step.prefix(place).contains { $0.contains("fsync(") && $0.contains("/.drafts/") }
                #expect(!isNamed || wasWritten, "\(call)")
            }
            #expect(changes == [4, 1, 1][number])
        }
    }

    /// The folder in which a call adds or takes a name that has to last. Drafts need not, and neither do empty folders.
    private static func folder(changedBy call: String, _ top: String) -> String? {
        guard !call.contains(" = -1 ") else { return nil }
        if call.contains(" mkdir(\"\(top)/store\"") { return top }
        let paths = call.split(separator: "<").dropFirst().compactMap {
            $0.split(separator: ">").first.map(String.init)
        }
        if call.contains("renameat(") || call.contains(" linkat(") { return paths.dropFirst().first }
        guard call.contains(" mkdirat(") || call.contains(" unlinkat("), !call.contains(".drafts") else { return nil }
        return call.contains("AT_REMOVEDIR") ? nil : paths.first
    }

    @Test(.enabled(if: TracedTest.folder != nil, "only the test above starts it"))
    func writer() async throws {
        let folder = try #require(TracedTest.folder)
        let store = try await DirectoryStore(at: "\(folder)/store")
        let name = try #require(BlobName("sets/shop/blob"))
        _ = try await store.put(name, .inPieces([1, 2, 3]), when: .absent)
        mkdir("\(folder)/done-1", 0o700)
        _ = try await store.put(name, .inPieces([4]), when: .always)
        mkdir("\(folder)/done-2", 0o700)
        try await store.delete(name)
        mkdir("\(folder)/done-3", 0o700)
    }
}
