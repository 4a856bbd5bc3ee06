import Basics
import Foundation
import Interfaces
import StackModel
import Testing

@testable import HostAccess

@Suite("Certificates as openssl reads them")
struct OpenSSLCertificatesTests {
    private let reader = OpenSSLCertificates(runner: LiveCommandRunner())

    /// A new certificate and its key.
    private func make(_ days: Int = 30, password: String? = nil) async throws -> (certificate: String, key: String) {
        let folder = "/tmp/openssl-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let protection = password.map { ["-passout", "pass:\($0)"] } ?? ["-nodes"]
        let made = try await LiveCommandRunner().run(
            CommandLine(
                "openssl",
                ["req", "-x509", "-newkey", "rsa:2048", "-subj", "/CN=shop.example", "-days", "\(days)"] + protection
                    + ["-keyout", "\(folder)/key", "-out", "\(folder)/certificate"]
            )
        )
        try #require(made.succeeded, "\(made.errorOutput)")
        func text(_ name: String) throws -> String { try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }
        return (try text("certificate"), try text("key"))
    }

    @Test("who it is for and how long it is valid, with a chain behind it and the key wherever it stands")
    func reads() async throws {
        let (own, issuer) = (try await make(), try await make(7))
        let ownText = own.certificate + own.key
        for pem in [own.certificate + issuer.certificate + own.key, own.key + own.certificate, "words\n" + ownText] {
            let certificate = try await reader.read(Redacted(pem))
            #expect(certificate.subject == "CN=shop.example")
            let days = certificate.validFrom.elapsed(until: certificate.validUntil).milliseconds / 86_400_000
            #expect(days == 30)
            let now = Date().timeIntervalSince1970 * 1000
            #expect(abs(Double(certificate.validFrom.milliseconds) - now) < 60_000)
        }
    }

    @Test("what no server can use is refused by its reason, and never quoted")
    func refuses() async throws {
        let (own, other) = (try await make(), try await make())
        let locked = try await make(password: "not for us")
        let cases = [
            ("", "it is no PEM"),
            ("hunter2-hunter2", "it is no PEM"),
            (own.key, "there is no certificate in it"),
            (own.certificate, "there is no private key in it"),
            (own.certificate + other.key, "its key does not belong to its first certificate"),
            (other.certificate + own.certificate + own.key, "its key does not belong to its first certificate"),
            (locked.certificate + locked.key, "its key is behind a password"),
            (own.certificate + own.key.replacing("MII", with: "IIM"), "its key cannot be read"),
        ]
        for (pem, reason) in cases {
            let error = await #expect(throws: ReportableError.self) { try await reader.read(Redacted(pem)) }
            #expect(error?.code == .secretFailed)
            #expect(error?.message == "no server can use it: \(reason)")
            let words = [error?.message, error?.hint].compactMap { $0 } + (error?.details ?? [])
            #expect(!words.joined().contains("hunter2") && !words.joined().contains("MII"))
        }
    }
}
