import Basics
import FoundationEssentials
import Interfaces
import StackModel

/// Certificates as the `openssl` program reads them. They go in by its standard input and so never touch a disk.
package struct OpenSSLCertificates: CertificateReader {
    let runner: any CommandRunner

    package init(runner: any CommandRunner) {
        self.runner = runner
    }

    package func read(_ pem: Redacted<String>) async throws(ReportableError) -> Certificate {
        guard pem.reveal().contains("-----BEGIN ") else { throw Self.unusable("it is no PEM") }
        // The first certificate is the one that is shown to clients; the key has to be its own.
        let words = ["-noout", "-subject", "-startdate", "-enddate", "-nameopt", "RFC2253", "-dateopt", "iso_8601"]
        let shown = try await ask(["x509"] + words + ["-pubkey"], pem, otherwise: "there is no certificate in it")
        let own = try await ask(["pkey", "-pubout", "-passin", "pass:"], pem, otherwise: Self.noKey(pem))
        let lines = shown.split(separator: "\n").map(String.init)
        guard lines.drop(while: { !$0.hasPrefix("-----BEGIN") }).joined(separator: "\n") == own.trimmed else {
            throw Self.unusable("its key does not belong to its first certificate")
        }
        guard let from = Self.date(lines, "notBefore="), let until = Self.date(lines, "notAfter=") else {
            throw ReportableError(.broken, "openssl does not say how long a certificate is valid")
        }
        return Certificate(subject: Self.value(lines, "subject=") ?? "", validFrom: from, validUntil: until)
    }

    private func ask(
        _ words: [String],
        _ pem: Redacted<String>,
        otherwise complaint: String
    ) async throws(ReportableError) -> String {
        // What openssl says of its input is left out: it may quote it.
        let result = try await runner.run(CommandLine("openssl", words, input: pem))
        guard result.succeeded else { throw Self.unusable(complaint) }
        return result.output
    }

    private static func noKey(_ pem: Redacted<String>) -> String {
        let text = pem.reveal()
        if text.contains("ENCRYPTED") { return "its key is behind a password" }
        return text.contains("PRIVATE KEY-----") ? "its key cannot be read" : "there is no private key in it"
    }

    private static func unusable(_ reason: String) -> ReportableError {
        ReportableError(
            .secretFailed,
            "no server can use it: \(reason)",
            hint: "Give the certificate, then its chain, then its private key without a password, all in PEM."
        )
    }

    private static func value(_ lines: [String], _ mark: String) -> String? {
        lines.first { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
    }

    /// `2026-11-21 10:55:33Z`
    private static func date(_ lines: [String], _ mark: String) -> Instant? {
        guard let text = value(lines, mark)?.replacing(" ", with: "T") else { return nil }
        guard let date = try? Date(text, strategy: .iso8601) else { return nil }  // other words are no date
        return Instant(milliseconds: Int(date.timeIntervalSince1970 * 1000))
    }
}

extension String {
    fileprivate var trimmed: String { split(separator: "\n").joined(separator: "\n") }
}
