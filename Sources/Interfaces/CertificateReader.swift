import Basics
import StackModel

/// Reads what a person hands over as the certificate of an edge.
package protocol CertificateReader: Sendable {
    /// - Parameter pem: the certificate, its chain and its key, one after the other.
    /// Throws `secretFailed` when no server could use it: no certificate or no key in it, a key that belongs to another
    /// certificate, a key behind a password. Never quotes it.
    func read(_ pem: Redacted<String>) async throws(ReportableError) -> Certificate
}

/// What everybody may know of a certificate.
package struct Certificate: Hashable, Sendable {
    /// As in `CN=shop.example.com`; may be empty.
    package let subject: String
    package let validFrom: Instant
    package let validUntil: Instant

    package init(subject: String, validFrom: Instant, validUntil: Instant) {
        self.subject = subject
        self.validFrom = validFrom
        self.validUntil = validUntil
    }
}
