import Basics
import Interfaces
import Ledger
import StackModel
import Synchronization

/// The certificates that the edges of a stack serve, by the release that runs. A version of a secret never changes, so
/// each is read once.
package final class ServedCertificates: Sendable {
    private struct Version: Hashable {
        let stack: StackID
        let secret: SecretName
        let number: Int
    }

    private let dependencies: Dependencies
    private let known = Mutex<[Version: Certificate]>([:])

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// Sorted by name. One that cannot be read is left out: the edge that serves it did read it.
    package func all(of stack: StackID) async throws(ReportableError) -> [(secret: SecretName, Certificate)] {
        guard let contents = try await dependencies.ledger.currentRelease(of: stack)?.contents else { return [] }
        let names = contents.stack.services.filter { $0.replicas > 0 }.compactMap { service -> SecretName? in
            if case .edge(let edge) = service.kind { edge.tls?.certificate } else { nil }
        }
        var served: [(SecretName, Certificate)] = []
        for name in Set(names).sorted() {
            guard let number = contents.secrets[name] else { continue }
            let version = Version(stack: stack, secret: name, number: number)
            if let certificate = try? await certificate(version) { served.append((name, certificate)) }
        }
        return served
    }

    private func certificate(_ version: Version) async throws(ReportableError) -> Certificate {
        if let certificate = known.withLock({ $0[version] }) { return certificate }
        let secret = try await dependencies.secrets.open(version.secret, version: version.number, of: version.stack)
        let certificate = try await dependencies.certificates.read(secret.value)
        known.withLock { $0[version] = certificate }
        return certificate
    }
}
