import Basics
import Ledger
import StackModel
import TestKit
import Testing

@testable import Orchestration

@Suite("A change from proposal to end")
struct DeployerTests {
    @Test("what was reviewed is what runs: a world that moved is shown again, unless the person said yes to anything")
    func stale() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            let proposal = try await yard.deployer.propose(
                Dockyard.deployment([.app(version: 2), .edge("api")]),
                to: Dockyard.shop
            )
            yard.engine.kill(ReplicaID("api", 1), of: Dockyard.shop)
            let performed = yard.engine.performed.count
            let error = try await expect(.planStale) { () async throws(ReportableError) in
                try await yard.deployer.carryOut(proposal, acceptingChanges: false)
            }
            #expect(error.details.contains { $0.contains("api-1") })
            #expect(yard.engine.performed.count == performed)
            #expect(try await yard.history() == ["deploy succeeded"])
            #expect(try await yard.deployer.carryOut(proposal, acceptingChanges: true).isSuccess)
        }
    }

    @Test("an optional service whose program is missing is left out, with a warning; any other stops the plan")
    func missingProgram() async throws {
        try await Dockyard.with { yard in
            yard.door = PickyEngine(base: yard.engine, missing: ["web"])
            let change = Dockyard.deployment([.app(), .app("web", optional: true), .edge("api")])
            let proposal = try await yard.deployer.propose(change, to: Dockyard.shop)
            #expect(proposal.warnings.first == "web is optional and left out: the program of web is not installed")
            #expect(proposal.warnings.contains("api has no memory limit"))
            #expect(!proposal.plan.steps.contains { $0.action.service == "web" })
            try await expect(.programMissing) { () async throws(ReportableError) in
                try await yard.deploy(.app(), .app("web"), .edge("api"))
            }
        }
    }

    @Test("an optional program that was lost holds up neither a rollback nor a scale nor a way back")
    func lostProgram() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"), .app("web", replicas: 1, optional: true))
            try await yard.deploy(.app(version: 2), .edge("api"))
            yard.door = PickyEngine(base: yard.engine, missing: ["web"])
            let back = try await yard.deployer.propose(.rollback(to: nil), to: Dockyard.shop)
            #expect(back.target.number == 1)
            #expect(
                back.warnings == [
                    "web is optional and left out: the program of web is not installed", "api has no memory limit",
                    "edge has no memory limit",
                ]
            )
            #expect(try await yard.carryOut(.rollback(to: nil)).isSuccess)
            #expect(!yard.replicas.contains("web-1"))
            #expect(try await yard.carryOut(.scale(["api": 3])).isSuccess)
            let bad = ReportableError(.replicaFailed, "it exited with code 1")
            yard.engine.add(.fails({ if case .awaitReady = $0 { true } else { false } }, bad, times: 1))
            #expect(try await yard.deploy(.app(version: 4), .edge("api")).failure == bad)
        }
    }

    @Test("a rollback to a release whose source is gone is refused before anything is touched")
    func lostSource() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(source: "./one"), .edge("api"))
            try await yard.deploy(.app(version: 2, source: "./two"), .edge("api"))
            yard.engine.change(Dockyard.shop) { $0.sources = [] }
            let error = try await expect(.notFound) { () async throws(ReportableError) in
                try await yard.deployer.propose(.rollback(to: 1), to: Dockyard.shop)
            }
            #expect(error.message.hasPrefix("the source of api in release 1 ("))
            #expect(error.message.hasSuffix(") is not stored any more"))
        }
    }

    @Test("nothing was done means nothing: no secret is made and no operation is closed for a plan that is stale")
    func untouched() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            let stack = Stack(
                name: Dockyard.shop.stack,
                environment: Dockyard.shop.environment,
                engine: .process,
                services: [.app(version: 2), .edge("api")],
                secrets: [SecretDeclaration(name: "token", kind: .random)]
            )
            let change = Change.deploy(DeclaredStack(stack: stack, text: "", directory: "/stacks/shop"))
            let proposal = try await yard.deployer.propose(change, to: Dockyard.shop)
            yard.engine.kill(ReplicaID("api", 1), of: Dockyard.shop)
            let now = Instant(milliseconds: 1)
            let owner = OwnerID(bootID: "boot", processID: 1, startTicks: 1)
            _ = try await yard.ledger.begin(proposal.plan, actor: "ada", owner: owner, reason: "deploy", at: now)
            try await expect(.planStale) { () async throws(ReportableError) in
                try await yard.deployer.carryOut(proposal, acceptingChanges: false)
            }
            #expect(try await yard.dependencies.secrets.versions(of: Dockyard.shop).isEmpty)
            #expect(try await yard.ledger.activeOperation(of: Dockyard.shop) != nil)
        }
    }

    @Test("a scale makes a release, which a rollback takes back")
    func scale() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            #expect(try await yard.carryOut(.scale(["api": 4])).release.number == 2)
            #expect(yard.replicas.count == 5)
            #expect(try await yard.carryOut(.rollback(to: nil)).release.number == 1)
            #expect(yard.replicas.count == 3)
            try await expect(.usage) { () async throws(ReportableError) in
                try await yard.carryOut(.scale(["nope": 1]))
            }
        }
    }

    @Test("after a rollback the older file is what runs, and the newer one is a change to a known release")
    func redeploy() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            try await yard.deploy(.app(version: 2), .edge("api"))
            try await yard.carryOut(.rollback(to: nil))
            #expect(try await yard.deploy(.app(), .edge("api")).isNothing)
            let again = try await yard.deploy(.app(version: 2), .edge("api"))
            #expect(again.isSuccess && again.release.number == 2)
        }
    }

    @Test("a rollback has somewhere to go, or says that it has not")
    func rollback() async throws {
        try await Dockyard.with { yard in
            try await expect(.notFound) { () async throws(ReportableError) in
                try await yard.carryOut(.rollback(to: nil))
            }
            try await yard.deploy(.app(), .edge("api"))
            try await expect(.notFound) { () async throws(ReportableError) in
                try await yard.carryOut(.rollback(to: nil))
            }
            try await expect(.usage) { () async throws(ReportableError) in
                try await yard.carryOut(.rollback(to: 7))
            }
            try await yard.carryOut(.down(destroyData: false))
            let error = try await expect(.notFound) { () async throws(ReportableError) in
                try await yard.carryOut(.rollback(to: nil))
            }
            #expect(error.hint?.contains("`slipway rollback --to 1`") == true)
        }
    }

    @Test("a second down has nothing to do, and leaves no trace; one that is to destroy data has")
    func downTwice() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .redis, .edge("api"))
            #expect(try await yard.carryOut(.down(destroyData: false)).isSuccess)
            let again = try await yard.deployer.propose(.down(destroyData: false), to: Dockyard.shop)
            #expect(again.isEmpty)
            #expect(try await yard.deployer.carryOut(again, acceptingChanges: true).isNothing)
            #expect(try await yard.history() == ["deploy succeeded", "down succeeded"])
            #expect(try await yard.carryOut(.down(destroyData: true)).isSuccess)
            #expect(yard.engine.world(of: Dockyard.shop).volumes.isEmpty)
            #expect(try await yard.carryOut(.down(destroyData: true)).isNothing)
            #expect(try await yard.history() == ["deploy succeeded", "down succeeded", "down succeeded"])
        }
    }

    @Test("a down that failed, and one of a stack that was begun again, are done again")
    func downAgain() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            let broken = ReportableError(.fileFailed, "the disk is read-only")
            yard.engine.add(.fails({ $0 == .removeStack }, broken, times: 1))
            try await expect(.fileFailed) { () async throws(ReportableError) in
                try await yard.carryOut(.down(destroyData: false))
            }
            #expect(try await yard.carryOut(.down(destroyData: false)).isSuccess)
            try await yard.deploy(.app(), .edge("api"))
            #expect(try await yard.carryOut(.down(destroyData: false)).isSuccess)
            #expect(yard.replicas.isEmpty)
        }
    }

    @Test("everything that is in the way is named at once, before anything is touched")
    func obstacles() async throws {
        try await Dockyard.with { yard in
            yard.door = PickyEngine(base: yard.engine, missing: ["edge", "redis"])
            let error = try await expect(.programMissing) { () async throws(ReportableError) in
                try await yard.deploy(.app(), .redis, .edge("api"))
            }
            #expect(error.message == "edge and redis cannot run here; nothing was touched")
            #expect(error.hint == "Install it.")
            #expect(
                error.details == [
                    "the program of edge is not installed", "the program of redis is not installed",
                ]
            )
            #expect(yard.replicas.isEmpty)
            #expect(try await yard.history() == [])
        }
    }

    @Test("a change of what nothing runs by makes a release without a step")
    func emptyPlan() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            let report = try await yard.deploy(.app(rollout: Rollout(healthyFor: .seconds(9))), .edge("api"))
            #expect(report.isSuccess && report.release.number == 2)
            #expect(try await yard.currentRelease() == 2)
        }
    }

    @Test("whoever comes second is told who holds the stack")
    func busy() async throws {
        try await Dockyard.with { yard in
            let first = yard
            let gate = Gate()
            yard.faultPoint = { _ in await gate.pass() }
            let slow = yard
            let work = Task { try await slow.deploy(.app(), .edge("api")) }
            await gate.arrival()
            let error = try await expect(.stackBusy) { () async throws(ReportableError) in
                try await first.deploy(.app(), .edge("api"))
            }
            #expect(error.message.contains("ada@host") && error.message.contains("deploy"))
            gate.open()
            #expect(try await work.value.isSuccess)
        }
    }
}
