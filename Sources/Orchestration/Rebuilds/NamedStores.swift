import Basics
import StackModel

/// Stores that the configuration in a vault names, before anybody has asked them for anything: whoever can write to a vault
/// can write a configuration into it, and have this machine show its keys to a store of theirs.
package struct NamedStores: Sendable {
    /// A person's word on whether they are to be looked into.
    package typealias Consent = (NamedStores) async throws(ReportableError) -> Bool

    package let stack: StackID
    /// What the manifest of the configuration has as its digest.
    package let configurationDigest: String
    package let stores: [Store]
}
