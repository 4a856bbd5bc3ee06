import Basics
import Foundation
import Interfaces
import StackModel
import Synchronization
import TestKit
import Testing

@testable import HostAccess

/// A real server, and what can happen between it and us.
@Suite(
    "A bucket on a bad line",
    .serialized,
    .enabled(if: MotoServer.isInstalled, "moto is not installed; run scripts/setup test"),
    WithMoto()
)
struct S3FaultTests {
    private let bytes = StoreBench.bytes(20 << 20)

    private struct Lab {
        let store: S3Store
        let proxy: FaultProxy
        let name: BlobName
    }

    /// A bucket whose abilities are known, behind a proxy, and what must be so afterwards: no upload is left.
    private func withLab(
        _ rule: @escaping @Sendable (FaultProxy.Request) -> FaultProxy.Fault?,
        patience: StorePatience = .short,
        _ body: (Lab) async throws -> Void
    ) async throws {
        let server = try #require(MotoServer.current)
        let proxy = try FaultProxy(to: server.port, rule)
        defer { proxy.stop() }
        let client = try await server.bucket(through: proxy.port, patience: patience)
        let store = S3Store(client, S3Abilities(conditionalPut: true, checksums: true, objectLock: false))
        try await body(Lab(store: store, proxy: proxy, name: #require(BlobName("sets/a"))))
        let direct = S3Store(try MotoServer.client(server.port, client.place.bucket))
        let uploads = try await direct.document(S3Request("GET", query: ["uploads": ""]), "ListMultipartUploadsResult")
        #expect(uploads.all("Upload").isEmpty)
    }

    /// So often is a fault ordered; then all is well.
    private static func times(_ limit: Int) -> @Sendable () -> Bool {
        let counter = StepCounter()
        return { counter.next() <= limit }
    }

    @Test("is not written to by whoever only reads, and tried once before the first that is put into it")
    func readers() async throws {
        let server = try #require(MotoServer.current)
        let proxy = try FaultProxy(to: server.port) { _ in nil }
        defer { proxy.stop() }
        let bucket = S3Bucket(S3Store(try await server.bucket(through: proxy.port)))
        let name = try #require(BlobName("one"))
        #expect(try await bucket.list("").isEmpty)
        #expect(try await bucket.facts(of: name) == nil)
        #expect(proxy.count("PUT") == 0 && !bucket.abilities.conditionalPut)
        _ = try await bucket.put(name, .inPieces([1]), when: .absent)
        let probes = proxy.count("PUT", ".probe-")
        #expect(probes > 0 && bucket.abilities.conditionalPut)
        _ = try await bucket.put(name, .inPieces([2]), when: .always)
        #expect(proxy.count("PUT", ".probe-") == probes)
        #expect(try await bucket.get(name, from: 0).everything() == [2])
    }

    @Test("parts that are cut off, refused for the moment or answered late are sent again, and none is lost")
    func uploads() async throws {
        let faults: [FaultProxy.Fault] = [
            .cutBefore, .cutAfter, .answers(500, ""), .answers(503, "<Error><Code>SlowDown</Code></Error>"),
            .answers(400, "<Error><Code>RequestTimeout</Code></Error>"), .cutReply(20),
        ]
        for fault in faults {
            let isDue = Self.times(2)
            try await withLab({ $0.method == "PUT" && isDue() ? fault : nil }) { lab async throws in
                let facts = try await lab.store.put(lab.name, .inPieces(bytes), when: .absent)
                #expect(facts.size == bytes.count)
                #expect(try await lab.store.get(lab.name, from: 0).everything() == bytes, "\(fault)")
                #expect(lab.proxy.count("PUT") == 5)
            }
        }
    }

    @Test("a line that stays broken ends the upload, and nothing is left of it")
    func givesUp() async throws {
        try await withLab({ $0.target.contains("partNumber=2") ? .cutBefore : nil }) { lab async throws in
            let error = await #expect(throws: ReportableError.self) {
                try await lab.store.put(lab.name, .inPieces(bytes), when: .always)
            }
            #expect(
                error?.message.contains("(tried 4 times): the connection was closed") == true,
                "\(error?.message ?? "")"
            )
            #expect(try await lab.store.facts(of: lab.name) == nil)
        }
    }

    @Test("an upload that is completed with an error in a good reply is completed again, and refused when that stays")
    func lateErrors() async throws {
        let passing = "<Error><Code>InternalError</Code></Error>"
        for (fault, isLasting) in [
            (FaultProxy.Fault.answers(200, passing), true), (.answersAfter(200, passing), false), (.cutAfter, false),
        ] {
            let isDue = Self.times(isLasting ? 99 : 1)
            try await withLab({ $0.method == "POST" && $0.target.contains("uploadId") && isDue() ? fault : nil }) {
                lab async throws in
                if isLasting {
                    let error = await #expect(throws: ReportableError.self) {
                        try await lab.store.put(lab.name, .inPieces(bytes), when: .always)
                    }
                    #expect(error?.message.contains("InternalError") == true)
                    #expect(try await lab.store.facts(of: lab.name) == nil)
                } else {
                    _ = try await lab.store.put(lab.name, .inPieces(bytes), when: .absent)
                    #expect(try await lab.store.get(lab.name, from: 0).everything() == bytes)
                }
            }
        }
    }

    @Test("a condition that was met, and whose reply was lost, is not taken for somebody else's write")
    func lostReplies() async throws {
        for fault in [FaultProxy.Fault.cutAfter, .answersAfter(500, "")] {
            let isDue = Self.times(1)
            try await withLab({ $0.method == "PUT" && isDue() ? fault : nil }) { lab async throws in
                let facts = try await lab.store.put(lab.name, .inPieces([1]), when: .absent)
                #expect(try await lab.store.facts(of: lab.name) == facts)
                let error = await #expect(throws: ReportableError.self) {
                    try await lab.store.put(lab.name, .inPieces([2]), when: .absent)
                }
                #expect(error?.code == .storeConflict)
                #expect(try await lab.store.get(lab.name, from: 0).everything() == [1])
            }
        }
    }

    @Test("a download that breaks off goes on where it was, and never mixes two blobs")
    func downloads() async throws {
        let isDue = Self.times(3)
        try await withLab({ $0.method == "GET" && $0.target.contains("sets/a") && isDue() ? .cutReply(3_000_000) : nil }
        ) { lab async throws in
            _ = try await lab.store.put(lab.name, .inPieces(bytes), when: .always)
            #expect(try await lab.store.get(lab.name, from: 7).everything() == Array(bytes.dropFirst(7)))
            let stream = try await lab.store.get(lab.name, from: 0)
            _ = try await stream.next()
            _ = try await lab.store.put(lab.name, .inPieces(StoreBench.bytes(20 << 20, seed: 2)), when: .always)
            let error = await #expect(throws: ReportableError.self) { try await stream.everything() }
            #expect(error?.message.hasSuffix("was replaced or deleted while it was read") == true)
        }
    }

    @Test("a server that takes too long is left, asked again, and named")
    func slow() async throws {
        var patience = StorePatience.short
        patience.reply = TimeSpan(milliseconds: 300)
        patience.attempts = 2
        try await withLab({ $0.method == "HEAD" ? .waits(milliseconds: 900) : nil }, patience: patience) {
            lab async throws in
            let error = await #expect(throws: ReportableError.self) { try await lab.store.facts(of: lab.name) }
            #expect(error?.message.contains("(tried 2 times): ") == true && error?.message.contains("300ms") == true)
        }
    }

    @Test("what a bucket can do is found out, and nothing is left of it; one that ignores conditions is seen")
    func probes() async throws {
        try await withLab({ _ in nil }) { lab async throws in
            let probed = try await S3Store(lab.store.client).probed()
            #expect(probed.known == S3Abilities(conditionalPut: true, checksums: true, objectLock: false))
            #expect(try await probed.list("") == [])
            let locked = S3Store(lab.store.client, .none, S3PartSizes(), S3Retention(.governance, .seconds(60)))
            await #expect(throws: ReportableError.self) { try await locked.probed() }
        }
        let denied = "<Error><Code>AccessDenied</Code></Error>"
        try await withLab({ $0.method == "PUT" ? .answers(403, denied) : nil }) { lab async throws in
            #expect(try await S3Store(lab.store.client).probed().known == .none)
        }
        let unknown = "<Error><Code>NotImplemented</Code></Error>"
        try await withLab({ $0.head.lowercased().contains("if-none-match") ? .answers(501, unknown) : nil }) {
            lab async throws in
            #expect(try await S3Store(lab.store.client).probed().known.conditionalPut == false)
        }
        let server = try #require(MotoServer.current)
        let kept = try await server.bucket(headers: ["x-amz-bucket-object-lock-enabled": "true"])
        let store = try await S3Store(kept, .none, S3PartSizes(), S3Retention(.governance, .seconds(3600))).probed()
        #expect(store.abilities.objectLock)
        _ = try await store.put(#require(BlobName("sets/kept")), .inPieces(bytes), when: .absent)
    }

    @Test("wrong credentials, an unknown bucket and nobody at all are told apart")
    func refusals() async throws {
        let server = try #require(MotoServer.current)
        let name = try #require(BlobName("a"))
        let store = S3Store(try MotoServer.client(server.port, "no-such-bucket"))
        for work in [
            { _ = try await store.list("") }, { _ = try await store.facts(of: name) }, { _ = try await store.probed() },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: ReportableError.self) { try await work() }
            #expect(error?.message.contains("there is no bucket no-such-bucket") == true, "\(error?.message ?? "")")
        }
        let nobody = S3Store(try MotoServer.client(1, "box"))
        let refused = await #expect(throws: ReportableError.self) { try await nobody.list("") }
        #expect(refused?.message.contains("connection refused") == true)
    }

    @Test("a server that knows nobody says so, in words without the key")
    func strangers() async throws {
        let server = try MotoServer()
        defer { server.stop() }
        let client = try await server.bucket()
        // From now on it asks who somebody is.
        let switching = HTTPRequest(
            "POST",
            "http://127.0.0.1:\(server.port)/moto-api/reset-auth",
            body: Array("0".utf8)
        )
        #expect(try await LiveHTTPTransport().send(switching).succeeded)
        let error = await #expect(throws: ReportableError.self) { try await S3Store(client).list("") }
        #expect(error?.message.contains("it does not know the access key") == true, "\(error?.message ?? "")")
        #expect(error.map { "\($0.message)\($0.details)" }?.contains("AKIDEXAMPLE") == false)
    }

    @Test("200 MB go through a few tens of megabytes of memory")
    func memory() async throws {
        let server = try #require(MotoServer.current)
        let store = try await S3Store(server.bucket()).probed()
        let piece = StoreBench.bytes(1 << 20)
        let counter = StepCounter()
        let source = ByteStream { () async throws(ReportableError) in counter.next() <= 200 ? piece : nil }
        try Peak.reset()
        let before = try Peak.kilobytes()
        let name = try #require(BlobName("sets/large"))
        let clock = ContinuousClock()
        let up = try await clock.measure { _ = try await store.put(name, source, when: .absent) }
        var count = 0
        let stream = try await store.get(name, from: 0)
        let down = try await clock.measure { while let piece = try await stream.next() { count += piece.count } }
        let grown = try Peak.kilobytes() - before
        print(
            "FIGURE 200 MiB to a bucket in \(up) and back in \(down), memory grew by \(grown / 1024) MiB at most, to \((before + grown) / 1024) MiB"
        )
        #expect(count == 200 << 20)
        #expect(grown < 100 << 10)
    }
}

/// Counts from one, for closures that are called from anywhere.
private final class StepCounter: Sendable {
    private let count = Atomic(0)

    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}

/// The most memory that this process has had.
private enum Peak {
    static func reset() throws { try "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8) }

    static func kilobytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }
}
