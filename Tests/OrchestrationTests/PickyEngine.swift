import Basics
import Interfaces
import StackModel
import TestKit

/// A machine on which the programs of some services are not installed.
struct PickyEngine: Engine {
    let base: FakeEngine
    let missing: Set<ServiceName>

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
        guard missing.contains(template.service) else { return ["\(template.service) has no memory limit"] }
        throw ReportableError(
            .programMissing,
            "the program of \(template.service) is not installed",
            hint: "Install it."
        )
    }

    func observe(_ stack: StackID, _ depth: ObservationDepth) async throws(ReportableError) -> Observation {
        try await base.observe(stack, depth)
    }

    func perform(_ action: Action, with inputs: StepInputs) async throws(ReportableError) {
        try await base.perform(action, with: inputs)
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
