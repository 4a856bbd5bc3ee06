import Basics
import Interfaces
import StackModel

/// Knows certificates by their texts; any other text is none.
package struct FakeCertificates: CertificateReader {
    package var known: [String: Certificate] = [:]

    package init() {}

    package func read(_ pem: Redacted<String>) async throws(ReportableError) -> Certificate {
        if let certificate = known[pem.reveal()] { return certificate }
        throw ReportableError(.secretFailed, "no server can use it: it is no PEM")
    }
}
