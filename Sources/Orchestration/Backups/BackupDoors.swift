import Basics
import Interfaces
import StackModel
import Vault

/// What backups stand on besides what every use case stands on. Built once, in `main`.
package struct BackupDoors: Sendable {
    /// Opens a store where the spec says that it is.
    package let store: @Sendable (Store) async throws(ReportableError) -> any BlobStore
    /// Runs the programs of the data services.
    package let runner: any CommandRunner & ProgramStarter
    /// The path of a folder for one piece of work of this name, which nobody else has; its parent is there.
    package let scratch: @Sendable (String) throws(ReportableError) -> String
    /// The identity that opens what this machine has encrypted, made when first asked for.
    package let identity: @Sendable () throws(ReportableError) -> AgeIdentity
    /// As leases name it.
    package let machine: String

    package init(
        store: @escaping @Sendable (Store) async throws(ReportableError) -> any BlobStore,
        runner: any CommandRunner & ProgramStarter,
        scratch: @escaping @Sendable (String) throws(ReportableError) -> String,
        identity: @escaping @Sendable () throws(ReportableError) -> AgeIdentity,
        machine: String
    ) {
        self.store = store
        self.runner = runner
        self.scratch = scratch
        self.identity = identity
        self.machine = machine
    }
}
