import Basics
import Interfaces
import StackModel

/// An engine in the hands of a process that can die: after its death it begins no effect.
struct MortalEngine: Engine {
    let base: any Engine
    let life: Life

    var kind: EngineKind { base.kind }

    func addresses(for stack: Stack) async throws(ReportableError) -> AddressBook {
        try await base.addresses(for: stack)
    }

    func digest(ofSource directory: String) async throws(ReportableError) -> Digest {
        try await base.digest(ofSource: directory)
    }

    func storedSource(_ digest: Digest, of stack: StackID) async throws(ReportableError) -> String {
        try await base.storedSource(digest, of: stack)
    }

    func preflight(_ template: ReplicaTemplate, in stack: StackID) async throws(ReportableError) -> [String] {
        try await base.preflight(template, in: stack)
    }

    func observe(_ stack: StackID, _ depth: ObservationDepth) async throws(ReportableError) -> Observation {
        try await base.observe(stack, depth)
    }

    func perform(_ action: Action, with inputs: StepInputs) async throws(ReportableError) {
        guard await life.beginEffect() else { throw ReportableError(.broken, "a ghost has no effects") }
        do {
            try await base.perform(action, with: inputs)
        } catch {
            await life.endEffect()
            throw error
        }
        await life.endEffect()
    }

    func logs(_ stack: StackID, _ query: LogQuery) -> AsyncThrowingStream<LogLine, any Error> {
        base.logs(stack, query)
    }

    func execute(
        _ command: [String],
        in replica: ReplicaID,
        of stack: StackID
    ) async throws(ReportableError) -> Int32 {
        try await base.execute(command, in: replica, of: stack)
    }

    func run(_ command: [String], beside replica: ReplicaID, of stack: StackID, within time: TimeSpan)
        async throws(ReportableError) -> CommandResult
    {
        try await base.run(command, beside: replica, of: stack, within: time)
    }

    func dataAccess(of service: ServiceName, in stack: StackID) async throws(ReportableError) -> DataAccess {
        try await base.dataAccess(of: service, in: stack)
    }

    func dataPlace(of template: ReplicaTemplate, in stack: StackID) async throws(ReportableError) -> DataPlace {
        try await base.dataPlace(of: template, in: stack)
    }
}
