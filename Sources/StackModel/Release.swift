import Basics

/// An immutable, numbered version of a stack with everything that is needed to go back to it:
/// the spec, what it means, the sources, the rendered files, the addresses and the versions of the secrets.
package struct Release: Hashable, Sendable, Codable {
    /// What the release is, apart from when and by whom it was made: equal contents are the same release.
    package struct Contents: Hashable, Sendable, Codable {
        package var stack: Stack
        /// The text of the spec file the stack was read from.
        package var spec: String
        package var addresses: AddressBook
        package var secrets: [SecretName: Int]
        package var templates: [ServiceName: ReplicaTemplate]

        package init(
            stack: Stack,
            spec: String,
            addresses: AddressBook,
            secrets: [SecretName: Int],
            templates: [ServiceName: ReplicaTemplate]
        ) {
            self.stack = stack
            self.spec = spec
            self.addresses = addresses
            self.secrets = secrets
            self.templates = templates
        }

        package var digest: Digest { Digest(ofCanonical: self) }
    }

    package let number: Int
    package let contents: Contents
    /// Digest of `contents`.
    package let digest: Digest
    package let createdAt: Instant
    package let createdBy: String
    /// Why it exists: "deploy", "scale api to 3".
    package let reason: String

    /// `digest` is the one that was recorded with the contents; it is computed when nil.
    package init(
        number: Int,
        contents: Contents,
        digest: Digest? = nil,
        createdAt: Instant,
        createdBy: String,
        reason: String
    ) {
        self.number = number
        self.contents = contents
        self.digest = digest ?? contents.digest
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.reason = reason
    }

    package var stack: Stack { contents.stack }

    /// Whether nothing runs differently: only the text of the file, or what says how to get there, is another.
    package func runsTheSame(as other: Release) -> Bool {
        func counts(_ release: Release) -> [ServiceName: Int] {
            Dictionary(release.stack.services.map { ($0.name, $0.replicas) }) { first, _ in first }
        }
        return contents.templates == other.contents.templates && contents.secrets == other.contents.secrets
            && counts(self) == counts(other)
    }
}
