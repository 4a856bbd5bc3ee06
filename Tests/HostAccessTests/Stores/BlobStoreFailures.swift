import Basics
import Interfaces
import TestKit
import Testing

extension BlobStoreScenario {
    static let failures = [
        BlobStoreScenario("a stream that breaks off leaves what was there, and its own error comes out") {
            bench async throws in
            let failure = ReportableError(.vaultDamaged, "the source broke off")
            for size in [0, 100, 9 << 20, 20 << 20] {
                let broken = ByteStream.inPieces(StoreBench.bytes(size), then: failure)
                await bench.expectError(.vaultDamaged) {
                    _ = try await bench.store.put(bench.name("new-\(size)"), broken, when: .always)
                }
                #expect(try await bench.names() == [], "\(size)")
            }
            try await bench.put("old", [1, 2])
            let broken = ByteStream.inPieces(StoreBench.bytes(9 << 20), then: failure)
            await bench.expectError(.vaultDamaged) {
                _ = try await bench.store.put(bench.name("old"), broken, when: .always)
            }
            #expect(try await bench.read("old") == [1, 2])
        },
        BlobStoreScenario("a writer that is cancelled leaves what was there") { bench async throws in
            let endless = ByteStream { () async throws(ReportableError) in
                do {
                    try await Task.sleep(for: .milliseconds(1))
                } catch {
                    throw ReportableError(.interrupted, "cancelled")
                }
                return StoreBench.bytes(1 << 16)
            }
            let name = try bench.name("endless")
            let writer = Task { () async throws in
                _ = try await bench.store.put(name, endless, when: .always)
            }
            try await Task.sleep(for: .milliseconds(600))
            writer.cancel()
            await bench.expectError(.interrupted) { try await writer.value }
            #expect(try await bench.names() == [])
        },
    ]

    static let many = [
        BlobStoreScenario("many writers of many blobs at once, and of one: each blob is one writer's, whole") {
            bench async throws in
            try await withThrowingTaskGroup { group in
                for number in UInt64(1)...8 {
                    group.addTask { try await bench.put("mine-\(number)", StoreBench.bytes(70_000, seed: number)) }
                    group.addTask { try await bench.put("ours", StoreBench.bytes(200_000, seed: number)) }
                }
                try await group.waitForAll()
            }
            for number in UInt64(1)...8 {
                #expect(try await bench.read("mine-\(number)") == StoreBench.bytes(70_000, seed: number))
            }
            let ours = try await bench.read("ours")
            #expect((UInt64(1)...8).contains { StoreBench.bytes(200_000, seed: $0) == ours })
        }
    ]
}
