import Basics
import StackModel

/// One version of a secret as a backup holds it.
package struct SavedSecret: Sendable {
    package let version: Int
    package let value: SecretValue

    package init(version: Int, value: SecretValue) {
        self.version = version
        self.value = value
    }
}

extension SecretStore {
    /// Seals values that come from a backup under the numbers that releases and servers know them by, and makes them the
    /// current ones. Idempotent. Throws `needsDecision` where one of the versions is here already with another value.
    package func restore(_ secrets: [SecretName: SavedSecret], of stack: StackID, at now: Instant)
        async throws(ReportableError)
    {
        let key = try await checkedKey(creating: true)
        try await ledger.file.write { database in
            let versions = SecretVersions(database: database, stack: stack)
            for (name, saved) in secrets.sorted(by: { $0.key < $1.key }) {
                try Self.restore(name, saved, in: versions, key, at: now)
            }
        }
    }

    private static func restore(
        _ name: SecretName,
        _ saved: SavedSecret,
        in versions: SecretVersions,
        _ key: MasterKey,
        at now: Instant
    ) throws {
        let (version, user) = (saved.version, saved.value.user)
        let binding = binding(name, version, user, of: versions.stack)
        if let (sealed, owner) = try versions.sealed(name, version: version) {
            guard owner == user, try Seal(master: key).open(sealed, for: binding) == saved.value.value else {
                throw ReportableError(
                    .needsDecision,
                    "version \(version) of the secret \(name) of \(versions.stack) is here already, with another value",
                    hint: "Choose an empty SLIPWAY_HOME."
                )
            }
            return try versions.adopt(name, version, at: now)
        }
        try versions.bind(to: key)
        // Beside one that is in use another is none yet.
        let label: SecretLabel = try versions.version(.current, of: name) == nil ? .current : .retired
        try versions.insert(
            SecretVersionRecord(name: name, version: version, label: label, createdAt: now, user: user),
            sealed: try Seal(master: key).close(saved.value.value, for: binding)
        )
        try versions.adopt(name, version, at: now)
    }
}
