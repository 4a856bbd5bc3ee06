import Basics
import Interfaces
import TestKit
import Testing

extension BlobStoreScenario {
    static let conditions = [
        BlobStoreScenario("what is put again replaces, and has another tag") { bench async throws in
            let first = try await bench.put("one", [1, 2, 3])
            let second = try await bench.put("one", [4, 5, 6])
            #expect(first.tag != second.tag)
            #expect(try await bench.read("one") == [4, 5, 6])
        },
        BlobStoreScenario("only when absent: the second is refused, and the first stays") { bench async throws in
            for size in [10, 9 << 20] {
                let (first, second) = (StoreBench.bytes(size), StoreBench.bytes(size, seed: 2))
                let facts = try await bench.put("once-\(size)", first, .absent)
                await bench.expectError(.storeConflict) { try await bench.put("once-\(size)", second, .absent) }
                #expect(try await bench.store.facts(of: bench.name("once-\(size)")) == facts)
                #expect(try await bench.read("once-\(size)") == first)
            }
        },
        BlobStoreScenario("only when unchanged: with the right tag, with an old one, and when it is gone") {
            bench async throws in
            let first = try await bench.put("lease", [1])
            let second = try await bench.put("lease", [2], .unchanged(first.tag))
            await bench.expectError(.storeConflict) { try await bench.put("lease", [3], .unchanged(first.tag)) }
            #expect(try await bench.read("lease") == [2])
            try await bench.store.delete(bench.name("lease"))
            await bench.expectError(.storeConflict) { try await bench.put("lease", [4], .unchanged(second.tag)) }
            #expect(try await bench.store.facts(of: bench.name("lease")) == nil)
        },
        BlobStoreScenario("of many who want to be the first one is, where the store can tell") { bench async throws in
            let winners = try await withThrowingTaskGroup(of: UInt8?.self) { group in
                for number in UInt8(1)...6 {
                    group.addTask {
                        do throws(ReportableError) {
                            let name = try await Self.required(bench, "first")
                            _ = try await bench.store.put(name, .inPieces([number]), when: .absent)
                            return number
                        } catch {
                            guard error.code == .storeConflict else { throw error }
                            return nil
                        }
                    }
                }
                return try await group.reduce(into: [UInt8]()) { if let winner = $1 { $0.append(winner) } }
            }
            #expect(bench.store.abilities.conditionalPut ? winners.count == 1 : !winners.isEmpty, "\(winners)")
            #expect(winners.contains(try await bench.read("first").first ?? 0))
        },
    ]

    private static func required(_ bench: StoreBench, _ text: String) async throws(ReportableError) -> BlobName {
        guard let name = BlobName("\(bench.folder)/\(text)") else { throw ReportableError(.broken, "no name") }
        return name
    }
}
