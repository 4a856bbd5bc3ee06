import Basics
import Interfaces
import Planning
import StackModel
import TestKit
import Testing

/// The fake that other tests stand on has to fail the way it promises.
@Suite struct FakeEngineTests {
    private let shop = Shop()
    private var stack: StackID { shop.release.stack.id }

    private func run(_ plan: Plan, on engine: FakeEngine, from first: Int = 0) async throws(ReportableError) {
        for step in plan.steps.dropFirst(first) { try await perform(step.action, on: engine) }
    }

    private func perform(_ action: Action, on engine: FakeEngine) async throws(ReportableError) {
        let inputs = StepInputs(
            stack: stack,
            release: 1,
            template: action.service.flatMap { shop.release.contents.templates[$0] },
            sourceDirectory: "api 1.0.0",
            secret: { _ throws(ReportableError) in SecretValue(user: nil, value: Redacted("x")) }
        )
        try await engine.perform(action, with: inputs)
    }

    private func plan(on engine: FakeEngine) throws -> Plan { try shop.plan(.deploy, on: engine.world(of: stack)) }

    @Test("a whole deploy runs, secrets are opened, and an observation shows it")
    func deploy() async throws {
        let engine = FakeEngine()
        try await run(try plan(on: engine), on: engine)
        #expect(try plan(on: engine).isEmpty)
        #expect(engine.openedSecrets == ["postgres-app"])
        #expect(engine.performed.count == 20)
        #expect(try await engine.observe(stack, .probed).replicas.count == 6)
    }

    @Test("a crash at any action, before or after its effect, leaves a world that a new plan completes")
    func crashes() async throws {
        let complete = FakeEngine()
        try await run(try plan(on: complete), on: complete)
        for moment in Fault.Moment.allCases {
            for number in 1...complete.performed.count {
                let engine = FakeEngine()
                engine.add(.crashes(inAction: number, moment))
                let plan = try plan(on: engine)
                let error = await #expect(throws: ReportableError.self) { try await run(plan, on: engine) }
                #expect(error == FakeEngine.crash)
                #expect(engine.performed.count == (moment == .after ? number : number - 1))
                await #expect(throws: FakeEngine.crash) { try await engine.observe(stack, .glance) }
                engine.revive()
                try await run(try self.plan(on: engine), on: engine)
                #expect(engine.world(of: stack).observation == complete.world(of: stack).observation)
            }
        }
    }

    @Test("an action fails as often as wanted and changes nothing")
    func fails() async throws {
        let engine = FakeEngine()
        let wanted = ReportableError(.portTaken, "port 8000 is held by nginx")
        engine.add(.fails({ if case .startReplica = $0 { true } else { false } }, wanted, times: 1))
        let plan = try plan(on: engine)
        await #expect(throws: wanted) { try await run(plan, on: engine) }
        #expect(engine.world(of: stack).replicas.isEmpty)
        try await run(try self.plan(on: engine), on: engine)
    }

    @Test("a replica that never gets ready, and one that dies later, are named")
    func badReplicas() async throws {
        let engine = FakeEngine()
        engine.add(.neverReady { $0.id == "api-2" })
        var plan = try plan(on: engine)
        let unready = await #expect(throws: ReportableError.self) { try await run(plan, on: engine) }
        #expect(unready?.message == "api-2 was not ready within 2m")
        engine.clearFaults()
        engine.add(.dies({ $0.id == "api-1" }, afterActions: 6, trouble: "exited with code 3"))
        plan = try self.plan(on: engine)
        let dead = await #expect(throws: ReportableError.self) { try await run(plan, on: engine) }
        #expect(dead?.code == .replicaFailed)
        #expect(engine.world(of: stack).replicas["api-1"]?.trouble == "exited with code 3")
    }

    @Test("what would harm a machine is refused")
    func refusals() async throws {
        let engine = FakeEngine()
        try await run(try plan(on: engine), on: engine)
        let redis = try #require(shop.release.contents.templates["redis"])
        let harmful: [Action] = [
            .startReplica("redis-2", revision: redis.revision), .stopReplica("api-1"), .removeReplica("redis-1"),
            .removeStack, .removeVolume("redis"), .reconfigure("postgres-1", configuration: redis.revision),
        ]
        for action in harmful {
            let error = await #expect(throws: ReportableError.self) { try await perform(action, on: engine) }
            #expect(error?.message.hasPrefix("the world refuses to") == true)
        }
    }

    @Test("an action takes the time of the clock it was given, and ends when its task is cancelled")
    func latency() async throws {
        let clock = ManualClock()
        let engine = FakeEngine(latency: { _ in .seconds(5) }, clock: clock)
        let task = Task { try await perform(.prepareVolume("redis"), on: engine) }
        while clock.sleeperCount == 0 { await Task.yield() }
        #expect(engine.performed.isEmpty)
        clock.advance(by: .seconds(5))
        try await task.value
        #expect(engine.performed.count == 1)

        let cancelled = Task { try await perform(.prepareVolume("redis"), on: engine) }
        while clock.sleeperCount == 0 { await Task.yield() }
        cancelled.cancel()
        let error = await #expect(throws: ReportableError.self) { try await cancelled.value }
        #expect(error?.code == .interrupted)
    }
}
