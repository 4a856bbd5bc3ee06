import Basics
import Interfaces
import Testing

@testable import Vault

@Suite struct AgeHeaderTests {
    private let identity = AgeIdentity.generate()
    private let code = "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
    private let body = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
    private let salt = "AAAAAAAAAAAAAAAAAAAAAA"

    @Test func `recipients of unknown kinds are passed over`() async throws {
        let odd = [
            AgeStanza(arguments: ["!", "\"#$%&'()*+,-./", "~"], body: []),
            AgeStanza(arguments: ["x25519"], body: [1]),
            AgeStanza(arguments: ["grease"], body: [UInt8](repeating: 3, count: 48)),
            AgeStanza(arguments: ["grease"], body: [UInt8](repeating: 3, count: 500)),
        ]
        let sealed = try file(odd)
        #expect(try await ByteStream(bytes: sealed).decrypted(by: [identity]).all() == [1, 2, 3])
    }

    @Test func `a header under another key's code is damaged`() async throws {
        let error = await failure(try file([], isCoded: false))
        #expect(error?.message.contains("its code does not fit its text") == true)
    }

    @Test func `a header that age would not write is refused`() async {
        let share = "-> X25519 " + body.dropLast()
        let cases: [(text: String, reason: String)] = [
            ("", "no end"),
            ("age-encryption.org/v1", "no end"),
            ("age-encryption.org/v1\r\n\(share)\n\(body)\(code)", "begins with"),
            ("age-encryption.org/v2\n\(share)\n\(body)\(code)", "begins with"),
            ("-----BEGIN AGE ENCRYPTED FILE-----\n", "armored"),
            (v1("\(share)\n\(body)"), "no end"),
            (v1("\(share)\n\(body)---\n"), "not the first line"),
            (v1("\(share)\n\(body)---AAAA\n"), "not the first line"),
            (v1("\(share)\n\(body)--- AAAA\n"), "its last line"),
            (v1("\(share)\n\(body)\(code.dropLast()) \n"), "its last line"),
            (v1("\(share)\n\(body)--- \(body.dropLast(2))B\n"), "its last line"),
            (v1("\(share)\n\(body.dropLast())=\n\(code)"), "not base64"),
            (v1("\(share)\n\(body.dropLast(2))B\n\(code)"), "not base64"),
            (v1("\(share)\n\(body.dropLast())\r\n\(code)"), "not base64"),
            (v1("\(share)\n\(String(repeating: "A", count: 65))\n\(code)"), "overlong"),
            (v1("\(share)\n\(String(repeating: "A", count: 64))\n\(code)"), "not base64"),
            (v1("->X25519 a\n\(body)\(code)"), "not the first line"),
            (v1("-> \n\(body)\(code)"), "not the first line"),
            (v1("->\n\(body)\(code)"), "not the first line"),
            (v1("-> X25519  a\n\(body)\(code)"), "not the first line"),
            (v1("-> X25519 é\n\(body)\(code)"), "not the first line"),
            (v1("-> X25519 \u{7f}\n\(body)\(code)"), "not the first line"),
            (v1("-> X25519\n\(body)\(code)"), "malformed"),
            (v1("\(share) more\n\(body)\(code)"), "malformed"),
            (v1("-> X25519 AAAA\n\(body)\(code)"), "malformed"),
            (v1("-> X25519 \(body.dropLast(2))B\n\(body)\(code)"), "malformed"),
            (v1("\(share)\nAAAA\n\(code)"), "malformed"),
            (v1("\(share)\n\n\(code)"), "malformed"),
            (v1("\(share)\n\(body)\(code)"), "not a usable key"),
            (v1(String(repeating: "-> a\n\n", count: 12_000)), "no end"),
            (v1("-> " + String(repeating: "a", count: 70_000) + "\n\n\(code)"), "no end"),
        ]
        for (text, reason) in cases {
            let error = await failure(Array(text.utf8))
            #expect(error?.code == .vaultDamaged)
            #expect(error?.message.contains(reason) == true, "\(text.prefix(80)): \(error?.message ?? "")")
        }
        #expect(
            await failure(Array("age-encryption.org/v1\n".utf8) + [0xFF, 10])?.message.contains("not text") == true
        )
    }

    @Test func `a passphrase that asks for too much, or stands beside others, is refused unasked`() async {
        let cases: [(arguments: String, reason: String)] = [
            ("\(salt) 19", "asks for work of 19"), ("\(salt) 99999999999999999999", "no amount of work"),
            ("\(salt) 0", "no amount of work"), ("\(salt) 01", "no amount of work"),
            ("\(salt) +1", "no amount of work"),
            ("\(salt) -1", "no amount of work"), ("\(salt) 0x1", "no amount of work"),
            ("\(salt) 1x", "no amount of work"),
            ("\(salt)", "malformed"), ("\(salt) 1 1", "malformed"), ("AAAA 1", "malformed"),
            ("\(salt.dropLast())B 1", "malformed"), ("\(salt) 1\n\(body)-> scrypt \(salt) 1", "beside other"),
            ("\(salt) 1\n\(body)-> X25519 \(body.dropLast())", "beside other"),
        ]
        for (arguments, reason) in cases {
            let error = await failure(Array(v1("-> scrypt \(arguments)\n\(body)\(code)").utf8))
            #expect(error?.code == .vaultDamaged)
            #expect(error?.message.contains(reason) == true, "\(arguments): \(error?.message ?? "")")
        }
    }

    private func v1(_ rest: some StringProtocol) -> String { "age-encryption.org/v1\n\(rest)" }

    private func failure(_ sealed: [UInt8]) async -> ReportableError? {
        await #expect(throws: ReportableError.self) {
            try await ByteStream(bytes: sealed).decrypted(by: [identity]).all()
        }
    }

    /// A whole file that holds 1, 2, 3, with more stanzas around that of the identity.
    private func file(_ odd: [AgeStanza], isCoded: Bool = true) throws -> [UInt8] {
        guard case .key(let recipient)? = identity.recipient?.kind else { return [] }
        let key = AgeFileKey.generate()
        let stanzas = odd + [try AgeKeyWrap.wrap(key, for: recipient)] + odd
        let salt = [UInt8](repeating: 5, count: AgePayload.saltLength)
        var payload = AgePayload(fileKey: key, salt: salt)
        var sealed = AgeHeader(stanzas, fileKey: isCoded ? key : AgeFileKey.generate()).bytes + salt
        try payload.seal([1, 2, 3], isLast: true, into: &sealed)
        return sealed
    }
}
