import Basics
import GRDB
import Ledger
import StackModel
import TestKit
import Testing

@testable import Orchestration

@Suite("After a process died")
struct CrashTests {
    /// Leaves an operation behind whose process died with the first step of its plan begun.
    @discardableResult
    private func die(_ yard: Dockyard, _ services: Service..., closing: Bool = false) async throws -> Step {
        let proposal = try await yard.deployer.propose(Dockyard.deployment(services), to: Dockyard.shop)
        let now = Instant(milliseconds: 1)
        _ = try await yard.ledger.record(proposal.target.contents, by: "ada@host", reason: "deploy", at: now)
        let owner = OwnerID(bootID: "boot", processID: 1, startTicks: 1)
        let (operation, epoch) = try await yard.ledger.begin(
            proposal.plan,
            actor: "ada@host",
            owner: owner,
            reason: "deploy",
            at: now
        )
        try await yard.ledger.recordIntent(of: 1, in: operation.id, epoch: epoch, at: now)
        if closing {
            try await yard.ledger.finish(
                operation.id,
                as: .crashed,
                failure: nil,
                epoch: epoch,
                at: now
            )
        }
        return try #require(proposal.plan.steps.first)
    }

    @Test("its operation is closed and the next command goes on from what is there")
    func recovery() async throws {
        try await Dockyard.with { yard in
            try await die(yard, .app(), .edge("api"))
            let proposal = try await yard.deployer.propose(
                Dockyard.deployment([.app(), .edge("api")]),
                to: Dockyard.shop
            )
            #expect(proposal.unfinished != nil && !proposal.isEmpty)
            #expect(try await yard.deploy(.app(), .edge("api")).isSuccess)
            #expect(try await yard.history() == ["deploy crashed", "deploy succeeded"])
        }
    }

    @Test("what it had started, ready or not, is proven before anything counts on it", arguments: [2, 3, 10])
    func unproven(dyingBehind step: Int) async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            let here = yard
            yard.faultPoint = { point in
                if point.moment == .afterEffect, point.step == step { await here.abandon() }
            }
            _ = try? await yard.deploy(.app(version: 2), .edge("api"))
            yard.faultPoint = { _ in }
            let started = Set(yard.replicas).subtracting(["api-1", "api-2", "edge-1"])
            #expect(!started.isEmpty)

            let plan = try await yard.deployer.propose(
                Dockyard.deployment([.app(version: 2), .edge("api")]),
                to: Dockyard.shop
            ).plan
            let awaited = plan.steps.filter { if case .awaitReady = $0.action { true } else { false } }
            let proven = Set(awaited.compactMap { $0.action.replica }.map(\.description))
            #expect(proven.isSuperset(of: started))
            let pivot = try #require(plan.steps.first { $0.isPivot })
            guard case .confirm(let confirmed, _) = pivot.action else { throw ReportableError(.broken, "no pivot") }
            let confirmedNames = Set(confirmed.map(\.description))
            #expect(confirmedNames.isSuperset(of: started))

            // The one that was cut short turns out to be bad: back, as if nothing had been in between.
            let bad = ReportableError(.replicaFailed, "api-3 exited with code 9")
            yard.engine.add(.fails({ if case .awaitReady = $0 { true } else { false } }, bad, times: 1))
            let report = try await yard.deploy(.app(version: 2), .edge("api"))
            #expect(report.failure == bad)
            #expect(try await yard.currentRelease() == 1)
        }
    }

    @Test("a step in which it died three times is left to a person, until told to try again")
    func quarantine() async throws {
        try await Dockyard.with { yard in
            for closing in [true, true, false] { try await die(yard, .app(), .edge("api"), closing: closing) }
            let error = try await expect(.needsDecision) { () async throws(ReportableError) in
                try await yard.deploy(.app(), .edge("api"))
            }
            #expect(error.message.contains("3 times in a row"))
            #expect(yard.engine.performed == [])
            let change = Dockyard.deployment([.app(), .edge("api")])
            #expect(try await yard.carryOut(change, retryCrashed: true).isSuccess)
        }
    }

    @Test("a way back in which it died three times is left to a person too")
    func quarantinedRevert() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            let bad = ReportableError(.replicaFailed, "api-3 exited with code 1")
            for _ in 1...3 {
                yard.engine.add(.fails({ if case .awaitReady = $0 { true } else { false } }, bad, times: 1))
                let here = yard
                // The way back dies with its first step begun; the rest of it is undone by the next command.
                yard.faultPoint = { point in
                    guard point.purpose == .revert, point.moment == .afterIntent else { return }
                    await here.abandon()
                }
                _ = try? await yard.deploy(.app(version: 2), .edge("api"))
            }
            yard.faultPoint = { _ in }
            yard.engine.add(.fails({ if case .awaitReady = $0 { true } else { false } }, bad, times: 1))
            let error = try await expect(.needsDecision) { () async throws(ReportableError) in
                try await yard.deploy(.app(version: 2), .edge("api"))
            }
            #expect(error.message.contains("the way back failed too: slipway died 3 times in a row"), "\(error)")
            #expect(error.hint?.contains("--retry-crashed") == true)
        }
    }

    @Test("data that was being destroyed is not destroyed again before a person has looked")
    func destruction() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(replicas: 1), .redis)
            let here = yard
            let doomed = try await yard.deployer.propose(.down(destroyData: true), to: Dockyard.shop).plan.steps
                .first { if case .removeVolume = $0.action { true } else { false } }
            let number = try #require(doomed?.number)
            yard.faultPoint = { point in
                if point.moment == .afterIntent, point.step == number { await here.abandon() }
            }
            _ = try? await yard.carryOut(.down(destroyData: true))
            yard.faultPoint = { _ in }
            yard.engine.change(Dockyard.shop) { $0.volumes = ["redis"] }
            let error = try await expect(.needsDecision) { () async throws(ReportableError) in
                try await yard.carryOut(.down(destroyData: true))
            }
            #expect(error.message == "slipway died while it tried to DESTROY THE DATA of redis")
            #expect(try await yard.carryOut(.down(destroyData: true), retryCrashed: true).isSuccess)
        }
    }

    @Test("a failure behind the pivot leaves the new release current; what follows starts from it")
    func failureBehindPivot() async throws {
        let blueGreen = Rollout(strategy: .blueGreen)
        try await Dockyard.with { yard in
            try await yard.deploy(.app(rollout: blueGreen), .edge("api"))
            yard.engine.add(.fails({ if case .stopReplica = $0 { true } else { false } }, FakeEngine.crash, times: 1))
            _ = try? await yard.deploy(.app(version: 2, rollout: blueGreen), .edge("api"))
            let status = try await StatusReader(yard.dependencies).read(Dockyard.shop)
            #expect(status.release == 2 && !status.drift.isEmpty)
            // The next failure goes back to what served, and a scale starts from it.
            let bad = ReportableError(.replicaFailed, "it exited with code 1")
            yard.engine.add(.fails({ if case .awaitReady = $0 { true } else { false } }, bad, times: 1))
            let report = try await yard.deploy(.app(version: 3, rollout: blueGreen), .edge("api"))
            #expect(report.failure == bad && report.release.number == 2)
            #expect(try await StatusReader(yard.dependencies).read(Dockyard.shop).isHealthy)
            let proposal = try await yard.deployer.propose(.scale(["api": 3]), to: Dockyard.shop)
            #expect(proposal.previous?.number == 2)
        }
    }

    @Test("back from a deploy that died is back to the release that was current")
    func rollbackFromDeploy() async throws {
        try await Dockyard.with { yard in
            for version in 1...2 { try await yard.deploy(.app(version: version), .edge("api")) }
            try await die(yard, .app(version: 3), .edge("api"))
            let report = try await yard.carryOut(.rollback(to: nil))
            #expect(report.release.number == 2)
        }
    }

    @Test("a rollback that died is finished by the same command")
    func rollbackFromRollback() async throws {
        try await Dockyard.with { yard in
            for version in 1...3 { try await yard.deploy(.app(version: version), .edge("api")) }
            try await yard.carryOut(.rollback(to: nil))
            let proposal = try await yard.deployer.propose(.rollback(to: nil), to: Dockyard.shop)
            #expect(proposal.target.number == 1)
            _ = try await yard.ledger.begin(
                proposal.plan,
                actor: "ada@host",
                owner: OwnerID(bootID: "", processID: 1, startTicks: 1),
                reason: "rollback",
                at: Instant(milliseconds: 1)
            )
            let again = try await yard.deployer.propose(.rollback(to: nil), to: Dockyard.shop)
            #expect(again.target.number == 1)
        }
    }

    @Test("when the journal cannot be written no effect begins and nothing is undone")
    func journalFails() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            let performed = yard.engine.performed
            let path = "\(yard.folder)/ledger"
            yard.faultPoint = { point in
                guard point.moment == .beforeIntent, point.step == 1 else { return }
                do {
                    try await DatabaseQueue(path: path).write { database in
                        try database.execute(
                            sql: """
                                CREATE TRIGGER full BEFORE UPDATE ON step
                                BEGIN SELECT RAISE(ABORT, 'the disk is full'); END
                                """
                        )
                    }
                } catch {
                    Issue.record(error)
                }
            }
            try await expect(.ledgerFailed) { () async throws(ReportableError) in
                try await yard.deploy(.app(version: 2), .edge("api"))
            }
            #expect(yard.engine.performed == performed)
            #expect(try await yard.history().count == 2)
        }
    }

    @Test("a process that was replaced while it slept begins no effect and undoes nothing")
    func fenced() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            let performed = yard.engine.performed
            let ledger = yard.ledger
            yard.faultPoint = { point in
                guard point.moment == .beforeIntent else { return }
                let other = OwnerID(bootID: "boot", processID: 2, startTicks: 2)
                do {
                    let active = try #require(try await ledger.activeOperation(of: Dockyard.shop))
                    _ = try await ledger.takeOver(active.id, by: other, at: Instant(milliseconds: 1))
                } catch {
                    Issue.record(error)
                }
            }
            try await expect(.stackBusy) { () async throws(ReportableError) in
                try await yard.deploy(.app(version: 2), .edge("api"))
            }
            #expect(yard.engine.performed == performed)
            #expect(try await yard.history() == ["deploy succeeded", "deploy running"])
        }
    }
}
