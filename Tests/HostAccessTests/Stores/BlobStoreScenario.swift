import Basics
import Interfaces
import TestKit
import Testing

/// What every store must do: one list, run unchanged over each of them.
struct BlobStoreScenario: Sendable {
    let title: String
    let run: @Sendable (StoreBench) async throws -> Void

    init(_ title: String, _ run: @escaping @Sendable (StoreBench) async throws -> Void) {
        self.title = title
        self.run = run
    }

    static let all = reading + conditions + failures + many

    /// Runs all of them, and says of each that fails which it is.
    static func runAll(_ store: any BlobStore, _ name: String) async throws {
        for (number, scenario) in all.enumerated() {
            do {
                try await scenario.run(StoreBench(store: store, folder: "s\(number)"))
            } catch {
                Issue.record("\(name): \(scenario.title): \(error)")
            }
        }
        // Nothing that is whole may go, and what scenarios broke off left nothing.
        let before = try await store.list("")
        #expect(try await store.sweep(olderThan: TimeSpan(milliseconds: 0)) == 0, "\(name)")
        #expect(try await store.list("") == before, "\(name)")
    }
}

/// A store, and a folder in it that one scenario has for itself.
struct StoreBench: Sendable {
    let store: any BlobStore
    let folder: String

    func name(_ text: String) throws -> BlobName { try #require(BlobName("\(folder)/\(text)")) }

    @discardableResult
    func put(_ text: String, _ bytes: [UInt8], _ condition: BlobCondition = .always) async throws -> BlobFacts {
        try await store.put(name(text), .inPieces(bytes), when: condition)
    }

    func read(_ text: String, from offset: Int = 0) async throws -> [UInt8] {
        try await store.get(name(text), from: offset).everything()
    }

    func names() async throws -> [String] {
        try await store.list(folder + "/").map { String($0.name.text.dropFirst(folder.utf8.count + 1)) }
    }

    /// The same bytes for the same seed, and no others. They repeat, but at no distance at which something is cut.
    static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        var block: [UInt8] = []
        while block.count < min(count, 65_521) { withUnsafeBytes(of: random.next()) { block += $0 } }
        block = Array(block.prefix(65_521))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + block.count)
        while bytes.count < count { bytes += block }
        return Array(bytes.prefix(count))
    }

    func expectError(
        _ code: ErrorCode,
        _ work: () async throws -> Void,
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) async {
        let error = await #expect(throws: ReportableError.self, sourceLocation: sourceLocation) { try await work() }
        #expect(error?.code == code, "\(error?.message ?? "")", sourceLocation: sourceLocation)
    }
}
