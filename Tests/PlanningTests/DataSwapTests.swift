import Basics
import Planning
import StackModel
import TestKit
import Testing

@Suite("A plan to restore data")
struct DataSwapTests {
    private let name: RestorationName = "r1"

    /// The cache runs, and data lies prepared beside its own.
    private func world(running: Bool = true) throws -> (SimulatedWorld, Release) {
        let release = Shop().release
        var world = SimulatedWorld()
        let template = try #require(release.contents.templates["redis"])
        try world.apply(.prepareVolume("redis"))
        if running {
            try world.apply(.startReplica("redis-1", revision: template.revision), template: template)
            try world.apply(.awaitReady("redis-1", healthyFor: .seconds(0), deadline: .seconds(1)))
        }
        world.beside["redis"] = [name]
        return (world, release)
    }

    private func plan(_ wanted: WantedData, _ world: SimulatedWorld, _ release: Release) throws -> Plan {
        let request = PlanRequest(purpose: .restore, target: release, services: ["redis"], data: ["redis": wanted])
        return try Planner.plan(request, observed: world.observation)
    }

    private func run(_ plan: Plan, on world: inout SimulatedWorld, _ release: Release, upTo last: Int = .max) throws {
        for step in plan.steps where step.number <= last {
            let template = step.action.service.flatMap { release.contents.templates[$0] }
            try world.apply(step.action, template: template, release: 1)
        }
    }

    @Test("stops the service, swaps its data and starts it; what is served then is the pivot")
    func restore() throws {
        let (world, release) = try world()
        let plan = try plan(.restored(name), world, release)
        let revision = try #require(release.contents.templates["redis"]).revision
        #expect(
            plan.steps.map(\.action.summary) == [
                "stop redis-1", "put the data r1 of redis in place of the live data",
                "start redis-1 (revision \(revision.short))",
                "wait until redis-1 is ready for 3s, at most 2m", "confirm redis-1 for 3s",
            ]
        )
        #expect(plan.steps.map(\.isPivot) == [false, false, false, false, true])
        #expect(plan.steps.map(\.after) == [[], [1], [2], [3], [4]])
        #expect(plan.warnings == ["redis is away while its data is swapped"])
    }

    @Test("leads to the wanted data from wherever an earlier one stopped, and then is empty", arguments: 0...5)
    func resumed(after steps: Int) throws {
        for wanted in [WantedData.restored(name), .before(name)] {
            var (world, release) = try world()
            if case .before = wanted { world.restored["redis"] = name }
            try run(try plan(wanted, world, release), on: &world, release, upTo: steps)
            try run(try plan(wanted, world, release), on: &world, release)
            #expect(world.restored["redis"] == (wanted == .restored(name) ? name : nil))
            #expect(world.takesRequests("redis"))
            #expect(try plan(wanted, world, release).isEmpty)
        }
    }

    @Test("and the plan back lead from everywhere to the data from before", arguments: 0...5)
    func undone(after steps: Int) throws {
        var (world, release) = try world()
        try run(try plan(.restored(name), world, release), on: &world, release, upTo: steps)
        try run(try plan(.before(name), world, release), on: &world, release)
        #expect(world.restored["redis"] == nil && world.takesRequests("redis"))
    }

    @Test("of a service without a replica makes one: data counts as restored when it is served")
    func notRunning() throws {
        var (world, release) = try world(running: false)
        let plan = try plan(.restored(name), world, release)
        #expect(plan.steps.first?.action == .swapIn("redis", name) && plan.steps.last?.isPivot == true)
        try run(plan, on: &world, release)
        #expect(world.takesRequests("redis") && world.restored["redis"] == name)
    }

    @Test("leads back to where there was no data")
    func fromNothing() throws {
        var (world, release) = try world(running: false)
        world.volumes = []
        try run(try plan(.restored(name), world, release), on: &world, release)
        try run(try plan(.before(name), world, release), on: &world, release)
        #expect(world.takesRequests("redis") && world.restored["redis"] == nil)
    }

    @Test("of data that another took the place of says so, and of data that was never prepared, too")
    func covered() throws {
        var (world, release) = try world()
        world.beside["redis"] = [name, "r2"]
        try run(try plan(.restored(name), world, release), on: &world, release)
        try run(try plan(.restored("r2"), world, release), on: &world, release)
        for wanted in [WantedData.before(name), .restored(name)] {
            let error = #expect(throws: ReportableError.self) { try plan(wanted, world, release) }
            #expect(error?.code == .needsDecision)
            #expect(error?.message == "the data of redis is that of r2, which took the place of r1")
        }
        try run(try plan(.before("r2"), world, release), on: &world, release)
        #expect(try plan(.before("r2"), world, release).isEmpty && world.restored["redis"] == name)
        try run(try plan(.before(name), world, release), on: &world, release)
        for wanted in [WantedData.before("r3"), .restored("r3")] {
            let error = #expect(throws: ReportableError.self) { try plan(wanted, world, release) }
            #expect(error?.code == .notFound)
        }
    }

    @Test("leaves data beside, of which a plan to take the stack down speaks, and which goes with all data")
    func down() throws {
        var (world, release) = try world(running: false)
        world.volumes = []
        func down(destroying: Bool) throws -> Plan {
            try Planner.plan(
                PlanRequest(purpose: .down, target: release, destroyData: destroying),
                observed: world.observation
            )
        }
        #expect(
            try down(destroying: false).warnings
                == ["beside the data of redis lies that of r1, which stays too", "the data of redis stays"]
        )
        let plan = try down(destroying: true)
        #expect(plan.warnings == ["beside the data of redis lies that of r1, which goes too"])
        #expect(plan.steps.map(\.action) == [.removeVolume("redis"), .removeStack])
    }

    @Test("is refused while another release of the service runs")
    func otherRelease() throws {
        var (world, release) = try world()
        world.replicas["redis-1"]?.revision = Digest(of: "other")
        let error = #expect(throws: ReportableError.self) { try plan(.restored(name), world, release) }
        #expect(error?.code == .needsDecision)
    }

    @Test("of an app behind an edge lets no request in until its data is there, and then all of it")
    func app() throws {
        let release = Shop(replicas: 2).release
        var world = SimulatedWorld()
        let deploy = try Planner.plan(PlanRequest(purpose: .deploy, target: release), observed: world.observation)
        try run(deploy, on: &world, release)
        world.beside["api"] = [name]
        let wanted = ["api" as ServiceName: WantedData.restored(name)]
        let request = PlanRequest(purpose: .restore, target: release, services: ["api"], data: wanted)
        let plan = try Planner.plan(request, observed: world.observation)
        let actions = plan.steps.map(\.action)
        let swap = try #require(actions.firstIndex(of: .swapIn("api", name)))
        for replica in ["api-1", "api-2"] as [ReplicaID] {
            let admit = try #require(actions.firstIndex(of: .admit(replica)))
            #expect(swap < admit && plan.steps[admit].number < plan.steps.count && plan.steps.last?.isPivot == true)
        }
        try run(plan, on: &world, release)
        #expect(world.takesRequests("api") && world.restored["api"] == name)
        #expect(try Planner.plan(request, observed: world.observation).isEmpty)
    }
}
