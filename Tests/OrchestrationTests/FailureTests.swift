import Basics
import Ledger
import StackModel
import TestKit
import Testing

@testable import Orchestration

@Suite("What a failed step leads to")
struct FailureTests {
    private let cause = ReportableError(.replicaFailed, "api-3 exited with code 1", details: ["KeyError"])

    @Test("before the pivot the stack goes back, once, and says why")
    func revert() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            let before = yard.replicas
            yard.engine.add(.fails({ if case .awaitReady = $0 { true } else { false } }, cause, times: 1))
            let report = try await yard.deploy(.app(version: 2), .edge("api"))
            #expect(report.failure == cause)
            #expect(report.release.number == 1)
            #expect(try await yard.history() == ["deploy succeeded", "deploy failed", "revert succeeded"])
            let last = try await yard.ledger.operations(of: Dockyard.shop, limit: 1).first
            #expect(last?.reason == "revert to release 1 after a failure")
            #expect(try await yard.currentRelease() == 1)
            #expect(yard.replicas == before)
            #expect(yard.events.revertCount == 1)
        }
    }

    @Test("what a program said of its secrets stays out of the ledger, off the screen and out of the report")
    func quotedSecrets() async throws {
        try await Dockyard.with { yard in
            let token = "canary-4711-token"
            let stack = Stack(
                name: Dockyard.shop.stack,
                environment: Dockyard.shop.environment,
                engine: .process,
                services: [.app(), .edge("api")],
                secrets: [SecretDeclaration(name: "token", kind: .given)]
            )
            let talkative = ReportableError(
                .replicaFailed,
                "api-1 exited with code 1",
                details: ["401 for Bearer \(token), giving up", "bye"]
            )
            yard.engine.add(.fails({ if case .awaitReady = $0 { true } else { false } }, talkative, times: 1))
            let declared = DeclaredStack(
                stack: stack,
                text: "",
                directory: "/stacks/shop",
                given: ["token": Redacted(token)]
            )
            let report = try await yard.carryOut(.deploy(declared))
            #expect(report.failure?.details == ["401 for Bearer ‹secret token›, giving up", "bye"])
            #expect(yard.events.failures.map(\.details) == [["401 for Bearer ‹secret token›, giving up", "bye"]])
            for operation in try await yard.ledger.operations(of: Dockyard.shop, limit: 9) {
                #expect(!CanonicalJSON.text(operation).contains(token))
                let steps = try await yard.ledger.steps(of: operation.id)
                #expect(!steps.contains { "\($0)".contains(token) })
            }
        }
    }

    @Test("a first deploy that fails is stopped and left for inspection")
    func firstDeploy() async throws {
        try await Dockyard.with { yard in
            yard.engine.add(.fails({ if case .confirm = $0 { true } else { false } }, cause, times: 1))
            let report = try await yard.deploy(.app(), .edge("api"))
            #expect(report.failure == cause)
            #expect(try await yard.history() == ["deploy failed", "stop succeeded"])
            #expect(try await yard.currentRelease() == nil)
            #expect(yard.engine.world(of: Dockyard.shop).replicas.values.allSatisfy { $0.state == .stopped })
            let status = try await StatusReader(yard.dependencies).read(Dockyard.shop)
            #expect(status.services.map(\.replicas.count) == [2, 1])
        }
    }

    @Test("behind the pivot there is no way back; the same command goes on")
    func behindPivot() async throws {
        try await Dockyard.with { yard in
            let blueGreen = Rollout(strategy: .blueGreen)
            try await yard.deploy(.app(rollout: blueGreen), .edge("api"))
            yard.engine.add(.fails({ if case .stopReplica = $0 { true } else { false } }, cause, times: 1))
            let error = try await expect(.replicaFailed) { () async throws(ReportableError) in
                try await yard.deploy(.app(version: 2, rollout: blueGreen), .edge("api"))
            }
            #expect(
                error.message == "release 2 serves and is current, but cleaning up behind it failed: \(cause.message)"
            )
            #expect(try await yard.history() == ["deploy succeeded", "deploy failed"])
            #expect(try await yard.currentRelease() == 2)
            #expect(yard.events.revertCount == 0)
            let again = try await yard.deploy(.app(version: 2, rollout: blueGreen), .edge("api"))
            #expect(again.isSuccess)
            #expect(try await yard.currentRelease() == 2)
            #expect(yard.replicas.count == 3)
        }
    }

    @Test("a repair of the current release that fails is not tried a second time under the name of a way back")
    func failedRepair() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            yard.engine.kill(ReplicaID("api", 1), of: Dockyard.shop)
            yard.engine.add(.fails({ if case .awaitReady = $0 { true } else { false } }, cause, times: 1))
            let error = try await expect(.replicaFailed) { () async throws(ReportableError) in
                try await yard.deploy(.app(), .edge("api"))
            }
            #expect(error == cause)
            #expect(try await yard.history() == ["deploy succeeded", "deploy failed"])
        }
    }

    @Test("after a restart that fails the current release is made whole again")
    func failedRestart() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            let before = yard.replicas
            yard.engine.add(.fails({ if case .awaitReady = $0 { true } else { false } }, cause, times: 1))
            let report = try await yard.carryOut(.restart(["api"]))
            #expect(report.failure == cause && report.release.number == 1)
            #expect(try await yard.history() == ["deploy succeeded", "restart failed", "revert succeeded"])
            #expect(yard.replicas == before)
            #expect(try await StatusReader(yard.dependencies).read(Dockyard.shop).isHealthy)
        }
    }

    @Test("a source that was edited meanwhile makes the plan stale, which undoes nothing where nothing was done")
    func staleSource() async throws {
        let stale = ReportableError(.planStale, "the source of api changed since the plan was made")
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            yard.engine.add(.fails({ if case .storeSource = $0 { true } else { false } }, stale, times: 1))
            try await expect(.planStale) { () async throws(ReportableError) in
                try await yard.deploy(.app(version: 2, source: "./api"), .edge("api"))
            }
            #expect(yard.events.revertCount == 0)
        }
    }

    @Test("a failure that cannot be recorded is told with the obstacle")
    func unrecorded() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            yard.engine.add(.fails({ if case .awaitReady = $0 { true } else { false } }, cause, times: 1))
            let here = yard
            yard.faultPoint = { point in
                // Another process takes over right before the outcome is written.
                guard point.moment == .afterIntent, here.replicas.contains("api-3") else { return }
                await here.abandon()
            }
            let error = try await expect(.stackBusy) { () async throws(ReportableError) in
                try await yard.deploy(.app(version: 2), .edge("api"))
            }
            #expect(error.details.contains("before that: \(cause.message)"), "\(error.details)")
            #expect(error.details.contains("KeyError"))
        }
    }

    @Test("a failure that was under way when the person asked to stop is told all the same")
    func interruptedFailure() async throws {
        let slow: @Sendable (Action) -> Duration = { $0.replica?.service == "web" ? .seconds(3600) : .zero }
        try await Dockyard.with(latency: slow) { yard in
            yard.engine.add(.fails({ if case .awaitReady = $0 { true } else { false } }, cause, times: 1))
            let here = yard
            let work = Task { () -> ReportableError? in
                do throws(ReportableError) {
                    try await here.deploy(.app(), .app("web"), .edge("api", "web"))
                    return nil
                } catch {
                    return error
                }
            }
            yard.events.onFailure { work.cancel() }
            let error = await work.value
            #expect(error?.code == .interrupted)
            #expect(error?.details == ["before that: \(cause.message)", "KeyError"])
        }
    }

    @Test("a service that wants a pause gets one; the wish of another service does not count")
    func pause() async throws {
        let pausing = Rollout(onFailure: .pause)
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .app("web", rollout: pausing), .edge("api", "web"))
            yard.engine.add(.fails({ $0.replica?.service == "api" }, cause, times: 1))
            let report = try await yard.deploy(.app(version: 2), .app("web", rollout: pausing), .edge("api", "web"))
            #expect(report.failure == cause)
            yard.engine.add(.fails({ $0.replica?.service == "web" }, cause, times: 1))
            let error = try await expect(.needsDecision) { () async throws(ReportableError) in
                try await yard.deploy(.app(), .app("web", version: 2, rollout: pausing), .edge("api", "web"))
            }
            #expect(error.message.hasPrefix("paused: api-3 exited"))
            #expect(error.details == cause.details)
            #expect(try await yard.history().last == "deploy failed")
        }
    }

    @Test("when the way back fails too, a person decides, knowing both causes")
    func failingRevert() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            yard.engine.add(.fails({ if case .awaitReady = $0 { true } else { false } }, cause, times: 1))
            let second = ReportableError(.engineFailed, "s6 does not answer", details: ["timeout"])
            yard.engine.add(.fails({ if case .stopReplica = $0 { true } else { false } }, second, times: 1))
            let error = try await expect(.needsDecision) { () async throws(ReportableError) in
                try await yard.deploy(.app(version: 2), .edge("api"))
            }
            #expect(error.message.contains(cause.message) && error.message.contains(second.message))
            #expect(error.details == ["KeyError", "timeout"])
            #expect(try await yard.history().suffix(2) == ["deploy failed", "revert failed"])
            // Back means back to where the failed deploy came from, not one release further.
            #expect(try await yard.carryOut(.rollback(to: nil)).release.number == 1)
        }
    }

    /// Without the end of its neighbours it would take an hour.
    @Test(
        "independent steps overlap; the first failure ends the others and is the one reported",
        .timeLimit(.minutes(5))
    )
    func neighbours() async throws {
        let slow: @Sendable (Action) -> Duration = { $0.replica?.service == "web" ? .seconds(3600) : .milliseconds(20) }
        try await Dockyard.with(latency: slow) { yard in
            yard.engine.add(.fails({ if case .awaitReady = $0 { true } else { false } }, cause, times: 1))
            let report = try await yard.deploy(.app(), .app("web"), .edge("api", "web"))
            #expect(report.failure == cause)
            #expect(yard.engine.mostInFlight >= 2)
            let failed = try #require(try await yard.ledger.operations(of: Dockyard.shop, limit: 2).last)
            let echoes = try await yard.ledger.steps(of: failed.id).filter { $0.failure?.code == .interrupted }
            #expect(echoes.contains { $0.step.action.replica?.service == "web" })
        }
    }

    @Test("an interruption is journaled and nothing is undone; the same command goes on")
    func interruption() async throws {
        let slow: @Sendable (Action) -> Duration = {
            if case .awaitReady(let id, _, _) = $0, id.number > 2 { .milliseconds(400) } else { .zero }
        }
        try await Dockyard.with(latency: slow) { yard in
            try await yard.deploy(.app(), .edge("api"))
            let here = yard
            let work = Task { () -> ReportableError? in
                do throws(ReportableError) {
                    try await here.deploy(.app(version: 2), .edge("api"))
                    return nil
                } catch {
                    return error
                }
            }
            while !yard.replicas.contains("api-3") { try await Task.sleep(for: .milliseconds(1)) }
            work.cancel()
            #expect(await work.value?.code == .interrupted)
            #expect(try await yard.history() == ["deploy succeeded", "deploy interrupted"])
            #expect(yard.replicas.contains("api-3"))
            #expect(try await yard.deploy(.app(version: 2), .edge("api")).isSuccess)
            #expect(try await yard.currentRelease() == 2)
        }
    }
}
