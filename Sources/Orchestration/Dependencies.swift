import Basics
import Interfaces
import Ledger
import StackModel

/// What the use cases stand on. Built once, in `main`, and handed down; nothing here is global.
package struct Dependencies: Sendable {
    package let ledger: Ledger
    /// Opened on first need, because reading verbs have no use for the master key.
    package let secrets: @Sendable () throws(ReportableError) -> SecretStore
    package let engine: @Sendable (EngineKind) throws(ReportableError) -> any Engine
    /// The file whose lock is the right to change a stack. Its folder exists.
    package let lockFile: @Sendable (StackID) throws(ReportableError) -> String
    package let now: @Sendable () -> Instant
    /// This process.
    package let owner: OwnerID
    /// Who asks: `maria@db-1`.
    package let actor: String
    /// Called at every point of a step at which a crash must be survivable; does nothing outside of fault tests.
    package let faultPoint: @Sendable (FaultPoint) async -> Void

    package init(
        ledger: Ledger,
        secrets: @escaping @Sendable () throws(ReportableError) -> SecretStore,
        engine: @escaping @Sendable (EngineKind) throws(ReportableError) -> any Engine,
        lockFile: @escaping @Sendable (StackID) throws(ReportableError) -> String,
        now: @escaping @Sendable () -> Instant,
        owner: OwnerID,
        actor: String,
        faultPoint: @escaping @Sendable (FaultPoint) async -> Void = { _ in }
    ) {
        self.ledger = ledger
        self.secrets = secrets
        self.engine = engine
        self.lockFile = lockFile
        self.now = now
        self.owner = owner
        self.actor = actor
        self.faultPoint = faultPoint
    }
}

/// A moment in the life of a step, for tests that kill the process there.
package struct FaultPoint: Hashable, Sendable {
    package enum Moment: String, Hashable, Sendable, CaseIterable {
        case beforeIntent = "before-intent"
        case afterIntent = "after-intent"
        case afterEffect = "after-effect"
        case afterOutcome = "after-outcome"
    }

    package let moment: Moment
    package let purpose: Plan.Purpose
    package let step: Int

    package init(_ moment: Moment, _ purpose: Plan.Purpose, step: Int) {
        self.moment = moment
        self.purpose = purpose
        self.step = step
    }
}
