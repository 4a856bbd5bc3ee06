import Basics
import Foundation
import Interfaces
import Testing
import Vault

/// The published vectors of age (C2SP/CCTV, `age/testdata`), where they are: AGE_VECTORS names the folder. Those that are
/// stored compressed are to be unpacked first.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["AGE_VECTORS"] != nil, "AGE_VECTORS is not set"))
struct AgeVectorTests {
    @Test func `every vector has the end that is expected of it`() async throws {
        let folder = try #require(ProcessInfo.processInfo.environment["AGE_VECTORS"])
        var counts: [String: Int] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
            let content = try [UInt8](Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
            let vector = try #require(Vector(content), "\(name)")
            guard !vector.isBeyondUs else { continue }
            let end = await vector.end()
            #expect(end == vector.expected, "\(name)")
            if end == vector.expected { counts[vector.expected, default: 0] += 1 }
        }
        print(
            "vectors passed:",
            counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        )
    }
}

private struct Vector {
    private let fields: [(key: String, value: String)]
    private let sealed: [UInt8]

    init?(_ content: [UInt8]) {
        guard let end = content.indices.first(where: { content[$0] == 10 && content[$0 + 1] == 10 }) else { return nil }
        sealed = Array(content[(end + 2)...])
        fields = String(decoding: content[..<end], as: UTF8.self).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return parts.count == 2 ? (String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces)) : nil
        }
    }

    private func values(_ key: String) -> [String] { fields.filter { $0.key == key }.map(\.value) }

    var expected: String { values("expect").first ?? "" }
    /// Armor and post-quantum keys are not for us.
    var isBeyondUs: Bool {
        !values("armored").isEmpty || !values("compressed").isEmpty
            || values("identity").contains { $0.hasPrefix("AGE-SECRET-KEY-PQ") }
    }

    func end() async -> String {
        do throws(ReportableError) {
            var identities: [AgeIdentity] = []
            for text in values("identity") { identities.append(try AgeIdentity(Redacted(text))) }
            for text in values("passphrase") { identities.append(try .passphrase(Redacted(text))) }
            let plain = try await ByteStream(bytes: sealed).decrypted(by: identities).collect(limit: 100 << 20)
            let wanted = values("payload").first ?? Digest(of: [UInt8]()).hex
            return Digest(of: plain).hex == wanted ? "success" : "wrong payload"
        } catch {
            if error.code == .secretFailed { return "no match" }
            if error.message.contains("its code does not fit") { return "HMAC failure" }
            return error.message.contains("age header") ? "header failure" : "payload failure"
        }
    }
}
