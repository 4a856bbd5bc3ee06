import Basics

/// A secret that the spec declares. Its values live sealed in the ledger, one per version.
package struct SecretDeclaration: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// An ACL user of a Redis service; has a user name.
        case redisUser = "redis-user"
        /// A login role of a Postgres service; has a user name.
        case postgresRole = "postgres-role"
        /// A key that signs tokens with HMAC-SHA-256.
        case jwtHS256 = "jwt-hs256"
        /// A random text.
        case random
        /// A value that a person gives and that is never generated. Another value makes a new version.
        case given
    }

    package var name: SecretName
    package var kind: Kind
    /// The service the secret is a credential of.
    package var service: ServiceName?
    package var rotate: TimeSpan?
    /// How long the previous version stays valid after a rotation.
    package var overlap: TimeSpan?
    /// For `given`: the variable of the caller's environment that holds the value.
    package var from: String?
    /// For `given`: the files that hold the value, one after the other, in place of a variable.
    package var files: [String]?

    package init(
        name: SecretName,
        kind: Kind,
        service: ServiceName? = nil,
        rotate: TimeSpan? = nil,
        overlap: TimeSpan? = nil,
        from: String? = nil,
        files: [String]? = nil
    ) {
        self.name = name
        self.kind = kind
        self.service = service
        self.rotate = rotate
        self.overlap = overlap
        self.from = from
        self.files = files
    }
}

/// The value of one version of a secret, in the clear: held as short as possible.
package struct SecretValue: Sendable, Equatable {
    /// The user name that belongs to the value, where the kind has one.
    package let user: String?
    package let value: Redacted<String>

    package init(user: String?, value: Redacted<String>) {
        self.user = user
        self.value = value
    }
}
