import Basics
import GRDB
import StackModel

/// How one version of a secret takes the place of another.
extension SecretStore {
    /// Seals a new version as pending, before anyone else learns it. Returns its number.
    /// Throws `stackBusy` when there is a pending version already.
    package func stage(
        _ declaration: SecretDeclaration,
        of stack: StackID,
        given: Redacted<String>? = nil,
        at now: Instant
    ) async throws(ReportableError) -> Int {
        try checkGiven([declaration], given.map { [declaration.name: $0] } ?? [:])
        let key = try await checkedKey(creating: true)
        return try await ledger.file.write { database in
            let versions = SecretVersions(database: database, stack: stack)
            if let pending = try versions.version(.pending, of: declaration.name) {
                throw ReportableError(
                    .stackBusy,
                    "version \(pending) of the secret \(declaration.name) of \(stack) is pending already"
                )
            }
            return try Self.make(declaration, .pending, given, in: versions, key, at: now)
        }
    }

    /// The pending version becomes current, and the current one previous. Returns the number of the new current one.
    /// Throws `notFound` without a pending version, `needsDecision` while an older previous one is not retired.
    package func promote(
        _ name: SecretName,
        of stack: StackID,
        at now: Instant
    ) async throws(ReportableError) -> Int {
        try await ledger.file.write { database in
            let versions = SecretVersions(database: database, stack: stack)
            if let previous = try versions.version(.previous, of: name) {
                throw ReportableError(
                    .needsDecision,
                    "version \(previous) of the secret \(name) of \(stack) is not retired yet",
                    hint: "Retire it once the server says that nobody uses it."
                )
            }
            if try versions.version(.current, of: name) != nil {
                _ = try versions.move(name, from: .current, after: .succeeded, at: now)
            }
            return try versions.move(name, from: .pending, after: .promoted, at: now)
        }
    }

    /// Makes the versions that a release carries the current ones, now that the release is: after a deploy with another
    /// given value, and after a rollback from it. The version it takes the place of becomes the previous one. Idempotent.
    package func adopt(
        _ numbers: [SecretName: Int],
        of stack: StackID,
        at now: Instant
    ) async throws(ReportableError) {
        try await ledger.file.write { database in
            let versions = SecretVersions(database: database, stack: stack)
            for (name, number) in numbers.sorted(by: { $0.key < $1.key }) {
                try versions.adopt(name, number, at: now)
            }
        }
    }

    /// The previous version is not used any more. Returns its number. Throws `notFound` when there is none.
    package func retire(
        _ name: SecretName,
        of stack: StackID,
        at now: Instant
    ) async throws(ReportableError) -> Int {
        try await ledger.file.write { database in
            try SecretVersions(database: database, stack: stack).move(name, from: .previous, after: .retired, at: now)
        }
    }

    /// Gives up the pending version. Returns its number, which is not used again. Throws `notFound` without one.
    package func discard(
        _ name: SecretName,
        of stack: StackID,
        at now: Instant
    ) async throws(ReportableError) -> Int {
        try await ledger.file.write { database in
            try SecretVersions(database: database, stack: stack).move(name, from: .pending, after: .retired, at: now)
        }
    }
}
