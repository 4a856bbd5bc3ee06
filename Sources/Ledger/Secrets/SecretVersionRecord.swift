import Basics
import StackModel

/// One version of a secret without its value.
package struct SecretVersionRecord: Hashable, Sendable, Codable {
    package let name: SecretName
    /// Counts from one per secret and is never used again.
    package let version: Int
    package let label: SecretLabel
    package let createdAt: Instant
    /// The user name that belongs to the value, where the kind has one.
    package let user: String?

    package init(name: SecretName, version: Int, label: SecretLabel, createdAt: Instant, user: String?) {
        self.name = name
        self.version = version
        self.label = label
        self.createdAt = createdAt
        self.user = user
    }
}
