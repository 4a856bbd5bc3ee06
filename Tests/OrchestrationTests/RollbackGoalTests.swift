import Basics
import Ledger
import StackModel
import Testing

@testable import Orchestration

/// Where `slipway rollback` without a number leads.
@Suite struct RollbackGoalTests {
    private let past: Past

    init() async throws {
        past = try Past()
        for text in ["one", "two", "three"] {
            try await past.deploy(text)
        }
    }

    @Test func leadsToTheLastGoodRelease() async throws {
        #expect(try await past.goal() == 2)
    }

    @Test func afterACrashedDeployItLeadsBackToTheCurrentRelease() async throws {
        try await past.begin(.deploy, to: try await past.record("four"))
        #expect(try await past.goal() == 3)
    }

    @Test func aCrashedWayBackFromACrashedDeployIsGoneToItsEnd() async throws {
        let deploy = try await past.begin(.deploy, to: try await past.record("four"))
        try await past.end(deploy, as: .crashed)
        let rollback = try await past.begin(.rollback, to: 3)
        #expect(try await past.goal() == 3)
        try await past.end(rollback, as: .crashed)
        #expect(try await past.goal() == 3)
    }

    @Test func theSecondTimeItLeadsOneFurtherBackAndNotForward() async throws {
        try await past.succeed(.rollback, to: 2)
        #expect(try await past.goal() == 1)
        try await past.begin(.rollback, to: 1)
        #expect(try await past.goal() == 1)
    }

    @Test func aCrashedRollbackToANewerReleaseIsGoneToItsEnd() async throws {
        try await past.succeed(.rollback, to: 2)
        try await past.begin(.rollback, to: 3)
        #expect(try await past.goal() == 3)
    }

    @Test func warnsOfAReleaseThatNeverProvedItself() async throws {
        let number = try await past.record("four")
        let deploy = try await past.begin(.deploy, to: number)
        let goal = RollbackGoal(ledger: past.ledger, stack: Past.stack, current: nil)
        let release = try await goal.release(number)
        #expect(
            try await goal.doubts(about: release) == ["release 4 was never current: operation 4 (test) was cut short"]
        )
        try await past.end(deploy, as: .failed, failure: ReportableError(.replicaFailed, "api-1 died"))
        #expect(
            try await goal.doubts(about: release)
                == ["release 4 was never current: operation 4 (test) failed: api-1 died"]
        )
        #expect(try await goal.doubts(about: try await goal.release(2)) == [])
    }

    @Test func afterAWayBackThatFailedItLeadsToTheSameRelease() async throws {
        let deploy = try await past.begin(.deploy, to: try await past.record("four"))
        try await past.end(deploy, as: .failed)
        let revert = try await past.begin(.revert, to: 3)
        try await past.end(revert, as: .failed)
        #expect(try await past.goal() == 3)
    }

    @Test func aFailedRepairOfTheCurrentReleaseLeadsToTheOneBefore() async throws {
        let repair = try await past.begin(.deploy, to: 3)
        try await past.end(repair, as: .failed)
        #expect(try await past.goal() == 2)
    }
}
