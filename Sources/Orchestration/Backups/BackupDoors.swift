import Basics
import DataSources
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
    /// The identity that opens what this machine has encrypted. Throws `secretFailed` when there is none.
    package let identity: @Sendable () throws(ReportableError) -> AgeIdentity
    /// The same for a new vault: made where there is none.
    package let newIdentity: @Sendable () throws(ReportableError) -> AgeIdentity
    /// Makes an identity the one of this machine. Throws `needsDecision` where it has another.
    package let keepIdentity: @Sendable (AgeIdentity) throws(ReportableError) -> Void
    /// The folder that a stack's spec and sources are laid in when they come out of a backup. Its parent is there.
    package let stackFolder: @Sendable (StackID) throws(ReportableError) -> String
    /// As leases name it.
    package let machine: String
    /// How long somebody else's lease of a vault is waited for.
    package let patience: TimeSpan
    /// Takes a line for people.
    package let tell: @Sendable (String) -> Void

    package init(
        store: @escaping @Sendable (Store) async throws(ReportableError) -> any BlobStore,
        runner: any CommandRunner & ProgramStarter,
        scratch: @escaping @Sendable (String) throws(ReportableError) -> String,
        identity: @escaping @Sendable () throws(ReportableError) -> AgeIdentity,
        newIdentity: @escaping @Sendable () throws(ReportableError) -> AgeIdentity,
        keepIdentity: @escaping @Sendable (AgeIdentity) throws(ReportableError) -> Void,
        stackFolder: @escaping @Sendable (StackID) throws(ReportableError) -> String,
        machine: String,
        patience: TimeSpan = .seconds(600),
        tell: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.store = store
        self.runner = runner
        self.scratch = scratch
        self.identity = identity
        self.newIdentity = newIdentity
        self.keepIdentity = keepIdentity
        self.stackFolder = stackFolder
        self.machine = machine
        self.patience = patience
        self.tell = tell
    }

    /// Ends what backups, proofs and restores that died have left running and lying about.
    package func sweepScratch() async {
        guard let path = try? scratch("sweep") else { return }
        await ScratchHold.sweep(beside: path, runner)
    }

    /// The same for whoever has brought an identity that this machine does not have yet.
    func opening(with identity: AgeIdentity) -> BackupDoors {
        BackupDoors(
            store: store,
            runner: runner,
            scratch: scratch,
            identity: { () throws(ReportableError) in identity },
            newIdentity: { () throws(ReportableError) in identity },
            keepIdentity: keepIdentity,
            stackFolder: stackFolder,
            machine: machine,
            patience: patience,
            tell: tell
        )
    }
}
