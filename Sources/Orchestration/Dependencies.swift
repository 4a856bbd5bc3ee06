import Basics
import Interfaces
import Ledger
import StackModel

/// What the use cases stand on. Built once, in `main`, and handed down; nothing here is global.
package struct Dependencies: Sendable {
    package let ledger: Ledger
    package let secrets: SecretStore
    package let engine: @Sendable (EngineKind) throws(ReportableError) -> any Engine
    package let certificates: any CertificateReader
    /// The file whose lock is the right to change a stack. Its folder exists.
    package let lockFile: @Sendable (StackID) throws(ReportableError) -> String
    package let now: @Sendable () -> Instant
    /// This process.
    package let owner: OwnerID
    /// Whether the process that wrote its name into the ledger still runs.
    package let isAlive: @Sendable (OwnerID) -> Bool
    /// Who asks: `maria@db-1`.
    package let actor: String
    /// Called at every point of a step at which a crash must be survivable; does nothing outside of fault tests.
    package let faultPoint: @Sendable (FaultPoint) async -> Void

    package init(
        ledger: Ledger,
        secrets: SecretStore,
        engine: @escaping @Sendable (EngineKind) throws(ReportableError) -> any Engine,
        certificates: any CertificateReader,
        lockFile: @escaping @Sendable (StackID) throws(ReportableError) -> String,
        now: @escaping @Sendable () -> Instant,
        owner: OwnerID,
        isAlive: @escaping @Sendable (OwnerID) -> Bool,
        actor: String,
        faultPoint: @escaping @Sendable (FaultPoint) async -> Void = { _ in }
    ) {
        self.ledger = ledger
        self.secrets = secrets
        self.engine = engine
        self.certificates = certificates
        self.lockFile = lockFile
        self.now = now
        self.owner = owner
        self.isAlive = isAlive
        self.actor = actor
        self.faultPoint = faultPoint
    }
}
