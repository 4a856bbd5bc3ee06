import Basics
import Foundation
import Interfaces
import TestKit
import Testing

@testable import HostAccess

/// The same list of scenarios over every store there is.
@Suite("What every store of blobs does", .serialized)
struct BlobStoreConformanceTests {
    @Test("a store in memory, and one with no fault ordered")
    func memory() async throws {
        let store = FaultyStore(MemoryStore())
        try await BlobStoreScenario.runAll(store, "memory")
        #expect(store.calls.count > 50)
    }

    @Test("a directory")
    func directory() async throws {
        let path = "/tmp/slipway-store-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await BlobStoreScenario.runAll(DirectoryStore(at: path), "directory")
    }

    @Test("a directory behind SSH", .enabled(if: SSHServer.isInstalled, "there is no sshd; run scripts/setup test"))
    func sftp() async throws {
        try await SSHServer.with { server in try await BlobStoreScenario.runAll(server.store(), "sftp") }
    }

    @Test(
        "a bucket",
        .enabled(if: MotoServer.isInstalled, "moto is not installed; run scripts/setup test"),
        WithMoto(),
        arguments: [true, false]
    )
    func bucket(isProbed: Bool) async throws {
        let server = try #require(MotoServer.current)
        let client = try await server.bucket()
        let store = S3Store(client)
        // A bucket of which nothing is known is one that can check nothing.
        try await BlobStoreScenario.runAll(isProbed ? store.probed() : store, isProbed ? "bucket" : "simple bucket")
        let uploads = try await store.document(S3Request("GET", query: ["uploads": ""]), "ListMultipartUploadsResult")
        #expect(uploads.all("Upload").isEmpty)
    }
}
