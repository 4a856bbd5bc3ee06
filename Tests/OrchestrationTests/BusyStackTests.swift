import Basics
import Ledger
import StackModel
import Testing

@testable import Orchestration

/// What somebody is told who finds a stack taken.
@Suite struct BusyStackTests {
    private let refusal = ReportableError(.stackBusy, "ada@host holds the stack")

    @Test func namesTheStepThatIsBeingDone() async throws {
        let past = try Past()
        let release = try await past.record("one")
        let operation = try await past.begin(.deploy, to: release, steps: Self.steps)
        let busy = BusyStack(dependencies: past.dependencies, stack: Past.stack)

        #expect(
            await busy.explained(refusal).details
                == ["operation 1 (deploy, release 1) is between two steps: 0 of 2 are done"]
        )
        try await past.ledger.recordIntent(of: 1, in: operation.id, epoch: operation.epoch, at: Past.start)
        let explained = await busy.explained(refusal)
        #expect(
            explained.details == ["operation 1 (deploy, release 1) is doing step 1 of 2: stop api-1, for 12.0 s"]
        )
        #expect(explained.message == refusal.message)
        #expect(explained.code == .stackBusy)
    }

    @Test func addsNothingWithoutAnOperation() async throws {
        let past = try Past()
        try await past.deploy("one")
        let busy = BusyStack(dependencies: past.dependencies, stack: Past.stack)
        #expect(await busy.explained(refusal) == refusal)
    }

    private static let steps = [
        Step(number: 1, action: .stopReplica(ReplicaID("api", 1)), cause: "test", after: []),
        Step(number: 2, action: .removeReplica(ReplicaID("api", 1)), cause: "test", after: [1]),
    ]
}
