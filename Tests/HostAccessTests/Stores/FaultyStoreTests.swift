import Basics
import Interfaces
import TestKit
import Testing

/// The store that others are tested with: each fault does what it says.
@Suite("A store with faults to order")
struct FaultyStoreTests {
    private let failure = ReportableError(.storeFailed, "ordered")
    private let bytes = StoreBench.bytes(1000)

    /// A blob `a` is there; the next call goes wrong.
    private func store(_ fault: StoreFault) async throws -> (faulty: FaultyStore, inner: MemoryStore, name: BlobName) {
        let inner = MemoryStore()
        let name = try #require(BlobName("a"))
        inner[name] = bytes
        return (FaultyStore(inner, at: 1, fault), inner, name)
    }

    @Test("a put that fails, breaks off, lies, or fails when it is done")
    func puts() async throws {
        let cases: [(StoreFault, fails: Bool, changes: Bool)] = [
            (.fails(failure), true, false), (.cuts(after: 1, failure), true, false), (.lies, false, false),
            (.failsAfterwards(failure), true, true), (.waits(.milliseconds(1)), false, true),
        ]
        for (fault, fails, changes) in cases {
            let (faulty, inner, name) = try await store(fault)
            let result = await Result.of { () async throws in
                try await faulty.put(name, .inPieces([1, 2, 3]), when: .always)
            }
            #expect((try? result.get())?.size == (fails ? nil : 3), "\(fault)")
            #expect(inner[name] == (changes ? [1, 2, 3] : bytes), "\(fault)")
            #expect(faulty.calls.map(\.kind) == [.put] && faulty.calls[0].subject == "a")
            _ = try await faulty.put(name, .inPieces([4]), when: .always)
            #expect(inner[name] == [4])
        }
    }

    @Test("a get that breaks off, lies, or has a byte flipped")
    func gets() async throws {
        let (cut, _, name) = try await store(.cuts(after: 10, failure))
        let stream = try await cut.get(name, from: 5)
        #expect(try await stream.next() == Array(bytes[5..<15]))
        await #expect(throws: ReportableError.self) { try await stream.next() }
        let (lying, _, _) = try await store(.lies)
        #expect(try await lying.get(name, from: 0).everything() == [])
        let (flipping, _, _) = try await store(.flips(byte: 7))
        var expected = bytes
        expected[7] ^= 1
        #expect(try await flipping.get(name, from: 2).everything() == Array(expected[2...]))
    }

    @Test("what is done by half, and said to be done")
    func halves() async throws {
        let (putting, inner, name) = try await store(.halves)
        #expect(try await putting.put(name, .inPieces([1, 2, 3, 4]), when: .always).size == 2)
        #expect(inner[name] == [1, 2])
        let (getting, _, _) = try await store(.halves)
        #expect(try await getting.get(name, from: 0).everything() == Array(bytes.prefix(500)))
        let (listing, _, _) = try await store(.halves)
        #expect(try await listing.list("") == [])
        let (deleting, kept, _) = try await store(.halves)
        try await deleting.delete(name)
        #expect(kept[name] == bytes)
        // Once that is over, another order can be given, and calls count from one.
        deleting.order { [failure] in $0.number == 1 ? .fails(failure) : nil }
        await #expect(throws: ReportableError.self) { try await deleting.delete(name) }
        #expect(deleting.calls.count == 1)
    }

    @Test("a delete, a list and a sweep that lie or fail")
    func others() async throws {
        let (lying, inner, name) = try await store(.lies)
        try await lying.delete(name)
        #expect(inner[name] == bytes)
        let (empty, _, _) = try await store(.lies)
        #expect(try await empty.list("") == [])
        #expect(try await empty.list("").count == 1)
        let (failing, gone, _) = try await store(.failsAfterwards(failure))
        await #expect(throws: ReportableError.self) { try await failing.delete(name) }
        #expect(gone[name] == nil)
    }
}

extension Result where Failure == any Error {
    fileprivate static func of(_ work: () async throws -> Success) async -> Self {
        do {
            return .success(try await work())
        } catch {
            return .failure(error)
        }
    }
}
