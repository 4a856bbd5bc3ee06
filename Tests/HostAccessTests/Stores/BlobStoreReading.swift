import Basics
import Interfaces
import TestKit
import Testing

extension BlobStoreScenario {
    static let reading = [
        BlobStoreScenario("what was never put is not there, and can be deleted") { bench async throws in
            #expect(try await bench.store.facts(of: bench.name("none")) == nil)
            #expect(try await bench.names() == [])
            await bench.expectError(.notFound) { _ = try await bench.read("none") }
            try await bench.store.delete(bench.name("none"))
        },
        BlobStoreScenario("what was put is read back, and everything tells the same of it") { bench async throws in
            let bytes = StoreBench.bytes(300_000)
            let facts = try await bench.put("a/b/c.zst", bytes)
            #expect(facts.name.text == "\(bench.folder)/a/b/c.zst" && facts.size == bytes.count)
            #expect(try await bench.store.facts(of: bench.name("a/b/c.zst")) == facts)
            #expect(try await bench.store.list(bench.folder + "/") == [facts])
            #expect(try await bench.read("a/b/c.zst") == bytes)
            try await bench.store.delete(bench.name("a/b/c.zst"))
            await bench.expectError(.notFound) { _ = try await bench.read("a/b/c.zst") }
            #expect(try await bench.names() == [])
        },
        BlobStoreScenario("an empty blob is one") { bench async throws in
            #expect(try await bench.put("empty", []).size == 0)
            #expect(try await bench.read("empty") == [])
            #expect(try await bench.names() == ["empty"])
        },
        BlobStoreScenario("a large blob comes back whole, and from any place on, in pieces of the allowed size") {
            bench async throws in
            let bytes = StoreBench.bytes(20 << 20)
            #expect(try await bench.put("large", bytes, .absent).size == bytes.count)
            let stream = try await bench.store.get(bench.name("large"), from: 0)
            var place = 0
            while let piece = try await stream.next() {
                try #require(!piece.isEmpty && piece.count <= ByteStream.pieceLimit)
                try #require(piece[...] == bytes[place..<(place + piece.count)])
                place += piece.count
            }
            #expect(place == bytes.count)
            #expect(try await stream.next() == nil)
            for offset in [1, 8 << 20, (16 << 20) + 1, bytes.count - 1, bytes.count, bytes.count + 5] {
                #expect(try await bench.read("large", from: offset) == Array(bytes.dropFirst(offset)), "\(offset)")
            }
        },
        BlobStoreScenario("a reader may stop midway") { bench async throws in
            try await bench.put("long", StoreBench.bytes(12 << 20))
            let stream = try await bench.store.get(bench.name("long"), from: 5)
            #expect(try await stream.next() != nil)
            try await bench.store.delete(bench.name("long"))
        },
        BlobStoreScenario("names of every allowed character are listed by prefix, in order") { bench async throws in
            let long = String(repeating: "l", count: 200)
            let names = [
                "A.B", "a+b", "a-b/c", "a/1", "a/10", "a/2", "a_b", "b~".replacing("~", with: "0"), "\(long)/\(long)",
            ]
            for name in names.shuffled() { try await bench.put(name, Array(name.utf8)) }
            #expect(try await bench.names() == names.sorted())
            for prefix in ["a", "a/", "a/1", "a+", "nothing"] {
                let found = try await bench.store.list("\(bench.folder)/\(prefix)").map(\.name.text)
                #expect(found == names.filter { $0.hasPrefix(prefix) }.sorted().map { "\(bench.folder)/\($0)" })
            }
            for name in names { #expect(try await bench.read(name) == Array(name.utf8)) }
        },
    ]
}
