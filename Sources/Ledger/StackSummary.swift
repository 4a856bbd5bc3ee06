import StackModel

/// What `status` shows of the ledger, all of one moment.
package struct StackSummary: Hashable, Sendable {
    package let stack: StackID
    /// The engine that runs the stack, or did when it was last touched. Nil when it never was.
    package let engine: EngineKind?
    /// Nil before the first successful deploy and after `down`.
    package let currentRelease: ReleaseOutline?
    package let lastOperation: OperationOutline?
    /// Services that were stopped on purpose and ought not to run. Sorted.
    package let stopped: [ServiceName]

    package init(
        stack: StackID,
        engine: EngineKind?,
        currentRelease: ReleaseOutline?,
        lastOperation: OperationOutline?,
        stopped: [ServiceName]
    ) {
        self.stack = stack
        self.engine = engine
        self.currentRelease = currentRelease
        self.lastOperation = lastOperation
        self.stopped = stopped
    }

    /// The operation that holds the stack. It can only be the last one: none is recorded while another is active.
    package var activeOperation: OperationOutline? {
        lastOperation.flatMap { $0.state.isActive ? $0 : nil }
    }
}
