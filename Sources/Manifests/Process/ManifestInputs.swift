import Basics
import StackModel

/// Everything the templates of a stack are made from. Equal inputs give equal templates on every machine.
package struct ManifestInputs: Sendable {
    package let stack: Stack
    /// Where each service is reached, as the engine allotted it.
    package let addresses: AddressBook
    /// The digests of the source directories of the apps that have one.
    package let sources: [ServiceName: Digest]
    /// The version of each secret that this release means, implicit ones included.
    package let secrets: [SecretName: Int]

    package init(
        stack: Stack,
        addresses: AddressBook,
        sources: [ServiceName: Digest],
        secrets: [SecretName: Int]
    ) {
        self.stack = stack
        self.addresses = addresses
        self.sources = sources
        self.secrets = secrets
    }

    /// Throws `broken` when the engine allotted no address: callers ask for addresses before they render.
    func port(of service: ServiceName) throws(ReportableError) -> Int {
        guard let address = addresses[service] else {
            throw ReportableError(.broken, "no address was allotted to service \(service)")
        }
        return address.port
    }

    /// The versions of exactly the secrets a template refers to. Throws `secretFailed` when one has no version.
    func pinned(_ template: ReplicaTemplate) throws(ReportableError) -> ReplicaTemplate {
        let texts =
            template.command + template.probe.texts + template.environment.values + template.files.map(\.content)
        var pinned = template
        for name in Set(texts.flatMap(\.secrets) + (template.accounts?.secrets ?? [])).sorted() {
            do {
                pinned.secrets[name] = try version(of: name)
            } catch {
                throw error.during("service \(template.service)")
            }
        }
        return pinned
    }

    /// Throws `secretFailed` when it has none.
    func version(of secret: SecretName) throws(ReportableError) -> Int {
        if let version = secrets[secret] { return version }
        throw ReportableError(
            .secretFailed,
            "it refers to secret \(secret), which has no version",
            hint: "Declare \(secret) under secrets in the spec."
        )
    }
}
