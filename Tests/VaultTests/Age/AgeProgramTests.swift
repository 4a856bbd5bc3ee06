import Basics
import Foundation
import Interfaces
import TestKit
import Testing
import Vault

/// Against Debian's own `age` and `zstd`.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/age"), "there is no age here"))
struct AgeProgramTests {
    private static let sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 1_048_577, 3_000_000]

    @Test(arguments: sizes) func `age opens what is encrypted here`(size: Int) async throws {
        let scratch = try Scratch()
        var random = SplitMix64(seed: UInt64(size))
        let bytes = Samples.bytes(size, &random)
        let identity = AgeIdentity.generate()
        let recipients = try [#require(identity.recipient), #require(AgeIdentity.generate().recipient)]
        let stream = try ByteStream(bytes: bytes).compressed(workers: 1).encrypted(to: recipients)
        try scratch.write(try await stream.all(), to: "sealed")
        try scratch.write(Array(#require(identity.text).reveal().utf8), to: "key")
        try scratch.run("/usr/bin/age", "--decrypt", "--identity", "key", "--output", "plain.zst", "sealed")
        try scratch.run("/usr/bin/zstd", "--decompress", "--quiet", "plain.zst")
        #expect(try scratch.read("plain") == bytes)
    }

    @Test(arguments: sizes) func `what age encrypted is opened here`(size: Int) async throws {
        let scratch = try Scratch()
        var random = SplitMix64(seed: UInt64(size))
        let bytes = Samples.bytes(size, &random)
        try scratch.run("/usr/bin/age-keygen", "-o", "key")
        let key = try #require(String(decoding: scratch.read("key"), as: UTF8.self).split(separator: "\n").last)
        let identity = try AgeIdentity(Redacted(String(key)))
        try scratch.write(bytes, to: "plain")
        try scratch.run("/usr/bin/zstd", "--quiet", "plain", "-o", "plain.zst")
        let recipient = try #require(identity.recipient).description
        try scratch.run("/usr/bin/age", "--recipient", recipient, "--output", "sealed", "plain.zst")
        let stream = ByteStream(bytes: try scratch.read("sealed")).decrypted(by: [identity]).decompressed(limit: size)
        #expect(try await stream.all() == bytes)
    }

    /// age asks a terminal, which `script` is.
    @Test func `a passphrase works both ways`() async throws {
        let scratch = try Scratch()
        let phrase = Redacted("correct horse")
        let stream = try ByteStream(bytes: Array("plain".utf8)).encrypted(to: [.passphrase(phrase, work: 12)])
        try scratch.write(try await stream.all(), to: "ours")
        try scratch.run("/bin/sh", "-c", Self.typing("correct horse\\n", "age --decrypt --output plain ours"))
        #expect(try scratch.read("plain") == Array("plain".utf8))

        let typed = "correct horse\\ncorrect horse\\n"
        try scratch.run("/bin/sh", "-c", Self.typing(typed, "age --passphrase --output theirs plain"))
        let theirs = ByteStream(bytes: try scratch.read("theirs")).decrypted(by: [try .passphrase(phrase)])
        #expect(try await theirs.all() == Array("plain".utf8))
    }

    private static func typing(_ text: String, _ command: String) -> String {
        "printf '\(text)' | timeout 60 script --quiet --return --command '\(command)' /dev/null"
    }
}
