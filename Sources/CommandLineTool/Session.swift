import Basics
import Orchestration

/// What one call of `slipway` has around it. Verbs get it handed; they build nothing themselves.
package struct Session: Sendable {
    package let console: Console
    /// The caller's environment.
    package let variables: [String: String]
    /// The file creation mask that the caller had, for files that are the caller's own.
    package let callersMask: UInt32
    /// `$SLIPWAY_HOME`, for messages: two users have two homes, and each sees only the stacks of its own.
    package let home: @Sendable () throws(ReportableError) -> String
    /// Opens the ledger and builds the engines; verbs that need neither never call it.
    package let dependencies: @Sendable () throws(ReportableError) -> Dependencies
    /// Opens what backups stand on besides.
    package let backups: @Sendable () throws(ReportableError) -> BackupDoors
    /// Runs the controller, which shows its figures at a host and a port and says what it does, until the task is cancelled.
    package let control: Control
    /// From then on a signal does not end `slipway`; a program that it runs in the foreground gets it.
    package let leaveSignals: @Sendable () -> Void

    package typealias Control =
        @Sendable (String, Int, @escaping @Sendable (String) -> Void)
        async throws(ReportableError) -> Void

    package init(
        console: Console,
        variables: [String: String],
        callersMask: UInt32,
        home: @escaping @Sendable () throws(ReportableError) -> String,
        dependencies: @escaping @Sendable () throws(ReportableError) -> Dependencies,
        backups: @escaping @Sendable () throws(ReportableError) -> BackupDoors = { () throws(ReportableError) in
            throw ReportableError(.broken, "nothing to keep backups with was handed over")
        },
        control: @escaping Control = { (_, _, _) throws(ReportableError) in
            throw ReportableError(.broken, "no controller was handed over")
        },
        leaveSignals: @escaping @Sendable () -> Void = {}
    ) {
        self.console = console
        self.variables = variables
        self.callersMask = callersMask
        self.home = home
        self.dependencies = dependencies
        self.backups = backups
        self.control = control
        self.leaveSignals = leaveSignals
    }
}
