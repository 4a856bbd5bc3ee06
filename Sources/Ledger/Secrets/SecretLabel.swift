import Basics

/// What a version of a secret is for at this moment. A secret has at most one pending, one current, one previous.
package enum SecretLabel: String, Hashable, Sendable, Codable, CaseIterable {
    /// Sealed before anyone else knows it; not yet in use.
    case pending
    /// What a new release carries.
    case current
    /// Still valid while its last users drain.
    case previous
    /// Not used any more; kept, because a release may name it.
    case retired

    /// The label after something happened to the version.
    /// Throws `broken` for anything that skips a stage: a version is never used before it was pending.
    /// Only a rollback takes a version out of retirement.
    package func next(after event: SecretEvent) throws(ReportableError) -> SecretLabel {
        switch (self, event) {
        case (.pending, .promoted), (.retired, .restored): .current
        case (.current, .succeeded): .previous
        case (.pending, .retired), (.previous, .retired): .retired
        default: throw ReportableError(.broken, "a secret version that is \(self) cannot be \(event)")
        }
    }
}

/// What can happen to a version of a secret.
package enum SecretEvent: Hashable, Sendable {
    /// It was proven to work and is what releases carry from now on.
    case promoted
    /// Another version was promoted in its place.
    case succeeded
    /// Nobody uses it any more, or it was given up before anybody did.
    case retired
    /// A release that carries it came back.
    case restored
}
