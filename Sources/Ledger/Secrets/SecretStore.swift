import Basics
import FoundationEssentials
import GRDB
import StackModel

/// The secrets of all stacks of a ledger: made once, sealed under the master key, opened at the last moment.
///
/// The master key is asked for when something is sealed or opened and no sooner. With a wrong one that throws
/// `secretFailed` before anything is done.
package struct SecretStore: Sendable {
    let ledger: Ledger
    private let loadKey: @Sendable (_ creating: Bool) throws(ReportableError) -> MasterKey

    /// A key file that does not exist is made when the first secret of the ledger is sealed, and never again: a key
    /// that was lost must be missed, not replaced.
    package init(ledger: Ledger, keyPath: String) {
        self.ledger = ledger
        loadKey = { (creating) throws(ReportableError) in try MasterKey.load(path: keyPath, creating: creating) }
    }

    package init(ledger: Ledger, key: MasterKey) {
        self.ledger = ledger
        loadKey = { _ in key }
    }

    /// The version numbers a release should carry now. Secrets that have a current version keep it; the others get
    /// one: generated, or taken from `given` for the kind that is never generated. A given value that differs from the
    /// current one is sealed as pending, and `adopt` makes it current once a release with it is. Idempotent.
    /// Throws `secretFailed` naming every secret that should have been given and was not; nothing is made then.
    package func ensure(
        _ declarations: [SecretDeclaration],
        of stack: StackID,
        given: [SecretName: Redacted<String>],
        at now: Instant
    ) async throws(ReportableError) -> [SecretName: Int] {
        let survey = try await survey(declarations, of: stack, given)
        guard !declarations.isEmpty else { return survey.known }
        try checkGiven(survey.missing, given)
        let key = try await checkedKey(creating: true)
        guard !survey.isComplete else { return survey.known }
        return try await ledger.file.write { database in
            let versions = SecretVersions(database: database, stack: stack)
            var numbers = survey.known
            for declaration in survey.missing {
                // Another process may have made it since we looked.
                numbers[declaration.name] =
                    try versions.version(.current, of: declaration.name)
                    ?? Self.make(declaration, .current, given[declaration.name], in: versions, key, at: now)
            }
            for declaration in survey.changed {
                let name = declaration.name
                // Given before, and never carried by a release that stayed.
                if try versions.version(.pending, of: name) != nil {
                    _ = try versions.move(name, from: .pending, after: .retired, at: now)
                }
                numbers[name] = try Self.make(declaration, .pending, given[name], in: versions, key, at: now)
            }
            return numbers
        }
    }

    /// What `ensure` would return, without making anything: current numbers, and the next one (1 for a new secret)
    /// where one would be made. Needs the key only to compare a given value with a sealed one.
    /// Throws what `ensure` would throw.
    package func preview(
        _ declarations: [SecretDeclaration],
        of stack: StackID,
        given: [SecretName: Redacted<String>] = [:]
    ) async throws(ReportableError) -> [SecretName: Int] {
        let survey = try await survey(declarations, of: stack, given)
        try checkGiven(survey.missing, given)
        return try await ledger.file.read { database in
            let versions = SecretVersions(database: database, stack: stack)
            var numbers = survey.known
            for declaration in survey.missing + survey.changed {
                numbers[declaration.name] = try versions.nextVersion(of: declaration.name)
            }
            return numbers
        }
    }

    /// The value of one version, whatever its label. Throws `notFound` when there is none, `secretFailed` when its
    /// row was tampered with.
    package func open(
        _ name: SecretName,
        version: Int,
        of stack: StackID
    ) async throws(ReportableError) -> SecretValue {
        let key = try await checkedKey(creating: false)
        return try await ledger.file.read { database in
            let versions = SecretVersions(database: database, stack: stack)
            guard let (sealed, user) = try versions.sealed(name, version: version) else {
                throw ReportableError(.notFound, "the secret \(name) of \(stack) has no version \(version)")
            }
            let binding = Self.binding(name, version, user, of: stack)
            return SecretValue(user: user, value: try Seal(master: key).open(sealed, for: binding))
        }
    }

    /// All versions of all secrets of a stack, by name and number; never values.
    package func versions(of stack: StackID) async throws(ReportableError) -> [SecretVersionRecord] {
        try await ledger.file.read { try SecretVersions(database: $0, stack: stack).all() }
    }

    /// What there is for a list of declarations.
    private struct Survey: Sendable {
        var known: [SecretName: Int] = [:]
        /// Those that have no version in use.
        var missing: [SecretDeclaration] = []
        /// Those whose given value no usable version has.
        var changed: [SecretDeclaration] = []

        var isComplete: Bool { missing.isEmpty && changed.isEmpty }
    }

    private func survey(
        _ declarations: [SecretDeclaration],
        of stack: StackID,
        _ given: [SecretName: Redacted<String>]
    ) async throws(ReportableError) -> Survey {
        let isCompared = declarations.contains { $0.kind == .given && given[$0.name]?.reveal().isEmpty == false }
        let key = isCompared ? try await sealingKey() : nil
        return try await ledger.file.read { database in
            let versions = SecretVersions(database: database, stack: stack)
            var survey = Survey()
            for declaration in declarations {
                let name = declaration.name
                guard let current = try versions.version(.current, of: name) else {
                    survey.missing.append(declaration)
                    continue
                }
                survey.known[name] = current
                guard declaration.kind == .given, let key, let value = given[name]?.reveal(), !value.isEmpty else {
                    continue
                }
                let others = try [.pending, .previous].map { try versions.version($0, of: name) }
                let usable = [current] + others.compactMap { $0 }
                if let match = try usable.first(where: { try Self.value(name, $0, versions, key) == value }) {
                    survey.known[name] = match
                } else {
                    survey.changed.append(declaration)
                }
            }
            return survey
        }
    }

    /// The key this ledger is sealed with; with `creating` a new one as long as nothing is sealed.
    func checkedKey(creating: Bool) async throws(ReportableError) -> MasterKey {
        let seal = try await ledger.file.read { try SecretVersions.seal(in: $0) }
        let key = try loadKey(creating && seal == nil)
        try SecretVersions.check(key, against: seal)
        return key
    }

    /// The key, where anything is sealed yet.
    private func sealingKey() async throws(ReportableError) -> MasterKey? {
        guard try await ledger.file.read({ try SecretVersions.seal(in: $0) }) != nil else { return nil }
        return try await checkedKey(creating: false)
    }

    private static func value(_ name: SecretName, _ version: Int, _ versions: SecretVersions, _ key: MasterKey)
        throws -> String?
    {
        guard let (sealed, user) = try versions.sealed(name, version: version) else { return nil }
        return try Seal(master: key).open(sealed, for: binding(name, version, user, of: versions.stack)).reveal()
    }

    func checkGiven(
        _ missing: [SecretDeclaration],
        _ given: [SecretName: Redacted<String>]
    ) throws(ReportableError) {
        let absent = missing.filter { $0.kind == .given && given[$0.name]?.reveal().isEmpty != false }
        guard !absent.isEmpty else { return }
        let names = absent.map(\.name.text).joined(separator: ", ")
        let variables = absent.compactMap(\.from).joined(separator: ", ")
        throw ReportableError(
            .invalidSpec,
            "no value was given for \(names)",
            hint: variables.isEmpty ? nil : "Set \(variables) in the environment or in .env."
        )
    }

    static func make(
        _ declaration: SecretDeclaration,
        _ label: SecretLabel,
        _ given: Redacted<String>?,
        in versions: SecretVersions,
        _ key: MasterKey,
        at now: Instant
    ) throws -> Int {
        try versions.bind(to: key)
        let name = declaration.name
        let version = try versions.nextVersion(of: name)
        let user = SecretGenerator.user(of: declaration, version: version)
        let value = if declaration.kind == .given, let given { given } else { SecretGenerator.value() }
        let sealed = try Seal(master: key).close(value, for: binding(name, version, user, of: versions.stack))
        try versions.insert(
            SecretVersionRecord(name: name, version: version, label: label, createdAt: now, user: user),
            sealed: sealed
        )
        return version
    }

    static func binding(_ name: SecretName, _ version: Int, _ user: String?, of stack: StackID) -> Seal.Binding {
        Seal.Binding(
            environment: stack.environment,
            name: name,
            stack: stack.stack,
            user: user,
            version: version
        )
    }
}
