import Basics
import Planning
import StackModel
import TestKit
import Testing

@Suite("A plan to rebuild")
struct RebuildPlanTests {
    private let name: RestorationName = "rebuild-1"
    private let release = Shop().release

    /// Nothing but data that lies prepared.
    private func world() -> SimulatedWorld {
        var world = SimulatedWorld()
        world.beside["redis"] = [name]
        return world
    }

    private func plan(_ world: SimulatedWorld, _ release: Release? = nil) throws -> Plan {
        let release = release ?? self.release
        let request = PlanRequest(purpose: .rebuild, target: release, data: ["redis": .restored(name)])
        return try Planner.plan(request, observed: world.observation)
    }

    private func run(_ plan: Plan, on world: inout SimulatedWorld, upTo last: Int = .max) throws {
        for step in plan.steps where step.number <= last {
            let template = step.action.service.flatMap { release.contents.templates[$0] }
            try world.apply(step.action, template: template, release: 1)
        }
    }

    @Test("starts a service on the data of its backup, never on an empty directory")
    func data() throws {
        let plan = try plan(world())
        let swap = try #require(plan.steps.first { $0.action == .swapIn("redis", name) })
        #expect(!plan.steps.contains { $0.action == .prepareVolume("redis") })
        let start = try #require(
            plan.steps.first { if case .startReplica("redis-1", _) = $0.action { true } else { false } }
        )
        #expect(start.after.contains(swap.number))
        #expect(plan.steps.contains { $0.isPivot })
    }

    @Test("brings data to its place also where nobody starts on it yet")
    func asleep() throws {
        var contents = release.contents
        for index in contents.stack.services.indices where contents.stack.services[index].name == "redis" {
            contents.stack.services[index].replicas = 0
        }
        let asleep = Release(
            number: 1,
            contents: contents,
            createdAt: release.createdAt,
            createdBy: release.createdBy,
            reason: release.reason
        )
        var world = world()
        try run(try plan(world, asleep), on: &world)
        #expect(world.restored["redis"] == name && world.replicas["redis-1"] == nil)
        #expect(try plan(world, asleep).isEmpty)
    }

    @Test("leads to the same from wherever an earlier one stopped, and then is empty", arguments: 0...12)
    func resumed(after steps: Int) throws {
        var world = world()
        try run(try plan(world), on: &world, upTo: steps)
        try run(try plan(world), on: &world)
        #expect(world.restored["redis"] == name && world.takesRequests("redis"))
        #expect(try plan(world).isEmpty)
    }

    @Test("that was cut short is not hidden by a deploy onto nothing")
    func cutShort() throws {
        let deploy = PlanRequest(purpose: .deploy, target: release)
        let error = #expect(throws: ReportableError.self) {
            try Planner.plan(deploy, observed: world().observation)
        }
        #expect(error?.code == .needsDecision && error?.message.contains("rebuild-1") == true)
    }

    @Test("is refused over other data, and without data that is prepared")
    func refused() throws {
        var other = world()
        other.volumes.insert("redis")
        for (world, code) in [(other, ErrorCode.needsDecision), (SimulatedWorld(), .notFound)] {
            let error = #expect(throws: ReportableError.self) { try plan(world) }
            #expect(error?.code == code)
        }
    }
}
