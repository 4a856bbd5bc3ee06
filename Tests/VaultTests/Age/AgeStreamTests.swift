import Basics
import Interfaces
import TestKit
import Testing
import Vault

@Suite struct AgeStreamTests {
    private let identity = AgeIdentity.generate()

    private func recipient() throws -> AgeRecipient { try #require(identity.recipient) }

    @Test(arguments: Samples.sizes) func `what was encrypted is decrypted, however it is cut`(size: Int) async throws {
        var random = SplitMix64(seed: UInt64(size))
        let bytes = Samples.bytes(size, &random)
        let stream = try ByteStream.pieces(of: bytes, random: random).encrypted(to: [recipient()])
        let sealed = try await stream.all()
        let payload = 16 + size + 16 * max(1, (size + 65_535) / 65_536)
        #expect(sealed.count == headerLength(sealed) + payload)
        #expect(try await ByteStream.pieces(of: sealed, random: random).decrypted(by: [identity]).all() == bytes)
    }

    @Test func `sizes and cuts of every kind come back`() async throws {
        for seed in 1...40 {
            var random = SplitMix64(seed: UInt64(seed))
            let bytes = Samples.bytes(Int.random(in: 0...400_000, using: &random), &random)
            let sealed = try await ByteStream.pieces(of: bytes, random: random).encrypted(to: [recipient()]).all()
            let opened = try await ByteStream.pieces(of: sealed, random: random).decrypted(by: [identity]).all()
            #expect(opened == bytes, "seed \(seed)")
        }
    }

    @Test func `each of several recipients can open it, and nobody else`() async throws {
        let others = (0..<3).map { _ in AgeIdentity.generate() }
        let sealed = try await ByteStream(bytes: [1, 2, 3])
            .encrypted(to: others.compactMap(\.recipient) + [recipient()]).all()
        for identity in others + [identity] {
            #expect(try await ByteStream(bytes: sealed).decrypted(by: [.generate(), identity]).all() == [1, 2, 3])
        }
        let stranger = [AgeIdentity.generate(), try .passphrase(Redacted("open"))]
        #expect(await failure(sealed, by: stranger)?.code == .secretFailed)
        #expect(await failure(sealed, by: [])?.code == .secretFailed)
    }

    @Test func `a passphrase opens what it closed`() async throws {
        let phrase = Redacted("correct horse")
        let sealed = try await ByteStream(bytes: [9]).encrypted(to: [.passphrase(phrase, work: 10)]).all()
        #expect(try await ByteStream(bytes: sealed).decrypted(by: [.passphrase(phrase)]).all() == [9])
        let wrong = try await failure(sealed, by: [.passphrase(Redacted("wrong")), identity])
        #expect(wrong?.code == .secretFailed)
        #expect(wrong?.message.contains("it wants a passphrase") == true)
    }

    @Test func `nobody, or a passphrase and somebody, is refused at once`() throws {
        #expect(throws: ReportableError.self) { try ByteStream(bytes: []).encrypted(to: []) }
        #expect(throws: ReportableError.self) {
            try ByteStream(bytes: []).encrypted(to: [.passphrase(Redacted("x")), recipient()])
        }
    }

    @Test func `a recipient that shares its secret with everybody is refused`() async throws {
        let weak = try AgeRecipient("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z")
        let error = await #expect(throws: ReportableError.self) {
            try await ByteStream(bytes: [1]).encrypted(to: [weak]).all()
        }
        #expect(error?.code == .invalidSpec)
    }

    @Test func `cut short at any border, it is damaged and says that it ends early`() async throws {
        var random = SplitMix64(seed: 8)
        let sealed = try await ByteStream(bytes: Samples.bytes(200_000, &random)).encrypted(to: [recipient()]).all()
        let payload = headerLength(sealed) + 16
        for length in [
            0, 1, 22, 100, payload - 17, payload - 1, payload, payload + 15, payload + 65_551, sealed.count - 1,
        ] {
            #expect(await failure(Array(sealed.prefix(length)))?.code == .vaultDamaged, "\(length) bytes")
        }
        for chunks in 1...3 {
            let error = await failure(Array(sealed.prefix(payload + chunks * 65_552)))
            #expect(error?.message.contains("it ends early") == true)
        }
    }

    @Test func `a changed byte anywhere is noticed, and nothing of its chunk comes out`() async throws {
        var random = SplitMix64(seed: 9)
        let bytes = Samples.bytes(1_200_000, &random)
        let sealed = try await ByteStream(bytes: bytes).encrypted(to: [recipient()]).all()
        let header = headerLength(sealed)
        for place in Array(0..<header) + [header, header + 15, header + 16, header + 70_000, sealed.count - 1] {
            var changed = sealed
            changed[place] ^= 1
            let read = await readable(changed)
            let whole = max(0, place - header - 16) / 65_552 * 65_536
            #expect(read.error != nil, "at \(place)")
            #expect(read.bytes.count <= whole && bytes.starts(with: read.bytes), "at \(place)")
        }
    }

    @Test func `chunks cannot be swapped, repeated, left out or added`() async throws {
        var random = SplitMix64(seed: 10)
        let sealed = try await ByteStream(bytes: Samples.bytes(3 * 65_536, &random)).encrypted(to: [recipient()]).all()
        let start = headerLength(sealed) + 16
        let head = Array(sealed[..<start])
        let chunks = (0..<3).map { Array(sealed[(start + $0 * 65_552)...].prefix(65_552)) }
        let orders = [[1, 0, 2], [0, 0, 2], [0, 2], [1, 2], [2], [0, 1, 2, 2], [0, 1, 2, 0], [0, 1]]
        for order in orders {
            #expect(await failure(head + order.flatMap { chunks[$0] })?.code == .vaultDamaged, "\(order)")
        }
        #expect(await failure(sealed + [0])?.code == .vaultDamaged)
        #expect(await failure(sealed + [UInt8](repeating: 0, count: 16))?.code == .vaultDamaged)
    }

    @Test func `the error of a source comes through both ways`() async throws {
        let encrypting = try ByteStream.failing(after: [1, 2, 3]).encrypted(to: [recipient()])
        let error = await #expect(throws: ReportableError.self) { try await encrypting.all() }
        #expect(error?.code == .storeFailed)
        let decrypting = ByteStream.failing(after: Array("age-encryption.org/v1\n".utf8)).decrypted(by: [identity])
        let other = await #expect(throws: ReportableError.self) { try await decrypting.all() }
        #expect(other?.code == .storeFailed)
    }

    private func failure(_ sealed: [UInt8], by identities: [AgeIdentity]? = nil) async -> ReportableError? {
        await #expect(throws: ReportableError.self) {
            try await ByteStream(bytes: sealed).decrypted(by: identities ?? [identity]).all()
        }
    }

    private func readable(_ sealed: [UInt8]) async -> (bytes: [UInt8], error: ReportableError?) {
        let stream = ByteStream(bytes: sealed).decrypted(by: [identity])
        var bytes: [UInt8] = []
        do throws(ReportableError) {
            while let piece = try await stream.next() { bytes += piece }
            return (bytes, nil)
        } catch {
            return (bytes, error)
        }
    }

    /// Up to and with the line feed behind the code.
    private func headerLength(_ sealed: [UInt8]) -> Int {
        let lines = sealed.split(separator: UInt8(ascii: "\n"), maxSplits: 4, omittingEmptySubsequences: false)
        return lines.prefix(4).reduce(0) { $0 + $1.count + 1 }
    }
}
