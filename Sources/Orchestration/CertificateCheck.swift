import Basics
import Interfaces
import Ledger
import StackModel

/// Whether clients will accept the certificates that a change brings, looked at before anything is touched.
struct CertificateCheck {
    let dependencies: Dependencies
    /// What runs now.
    let current: Release?
    /// Values that are not sealed yet.
    let given: [SecretName: Redacted<String>]

    /// A renewal that nobody has asked for by then will hardly come by itself.
    static let fairWarning = TimeSpan.seconds(14 * 86400)

    /// Warnings in words. Throws `secretFailed` for a certificate that no server can use, and for one that is new to the
    /// stack and that clients would refuse. One that is served already and has expired is in nobody's way: without it
    /// the stack would not come back from a reboot.
    func check(_ contents: Release.Contents) async throws(ReportableError) -> [String] {
        var warnings: [String] = []
        for service in contents.stack.services where service.replicas > 0 && contents.stack.engine != .kubernetes {
            guard case .edge(let edge) = service.kind, let name = edge.tls?.certificate else { continue }
            do {
                warnings += try await check(name, contents).map { "the certificate \(name) of \(service.name) \($0)" }
            } catch {
                throw error.during("the certificate \(name) of \(service.name)")
            }
        }
        return warnings
    }

    private func check(_ name: SecretName, _ contents: Release.Contents) async throws(ReportableError) -> [String] {
        let certificate = try await dependencies.certificates.read(try await value(of: name, contents))
        let (now, end) = (dependencies.now(), certificate.validUntil)
        guard certificate.validFrom <= now, now < end else {
            let words =
                now < end
                ? "is not valid yet, but in \(Self.words(now.elapsed(until: certificate.validFrom)))"
                : "expired \(Self.words(end.elapsed(until: now))) ago"
            guard current?.contents.secrets[name] == contents.secrets[name] else { throw refused(words, certificate) }
            return ["\(words): clients refuse it"]
        }
        let left = now.elapsed(until: end)
        guard left < Self.fairWarning else { return [] }
        return ["expires in \(Self.words(left)): renew it"]
    }

    /// The version that the release means, which is sealed only once somebody has said yes to the plan.
    private func value(
        of name: SecretName,
        _ contents: Release.Contents
    ) async throws(ReportableError) -> Redacted<String> {
        let stack = contents.stack.id
        do {
            return try await dependencies.secrets.open(name, version: contents.secrets[name] ?? 0, of: stack).value
        } catch {
            guard error.code == .notFound || error.code == .secretFailed, let value = given[name] else { throw error }
            return value
        }
    }

    private static func words(_ span: TimeSpan) -> String {
        let hours = span.milliseconds / 3_600_000
        return hours >= 48 ? "\(hours / 24) days" : hours == 1 ? "1 hour" : "\(hours) hours"
    }

    private func refused(_ words: String, _ certificate: Certificate) -> ReportableError {
        ReportableError(
            .secretFailed,
            "it \(words), so clients would refuse it",
            hint: "Give one that is valid now and deploy. A rollback takes the certificate back too: for older code"
                + " with today's certificate, deploy that code.",
            details: ["subject: \(certificate.subject)"]
        )
    }
}
