import Basics
import Planning
import StackModel
import Synchronization
import TestKit
import Testing

/// What holds for every stack, every state of the world and every order of the steps that may run side by side.
@Suite struct PlannerPropertyTests {
    private static let shards = 20
    private static let casesPerShard = 500
    private static let done = Mutex((cases: 0, plans: 0, steps: 0))

    @Test("no plan breaks a bound, every plan arrives, a second plan is empty", arguments: 0..<shards)
    func everyPlanArrives(shard: Int) {
        var count = (cases: 0, plans: 0, steps: 0)
        for number in 0..<Self.casesPerShard {
            let seed = UInt64(shard * Self.casesPerShard + number)
            var one = RandomCase(seed: seed)
            do {
                try one.run()
            } catch {
                Issue.record("seed \(seed): \(error)\n\(one.story)")
                return
            }
            count = (count.cases + 1, count.plans + one.plans, count.steps + one.steps)
        }
        let total = Self.done.withLock { total in
            total = (total.cases + count.cases, total.plans + count.plans, total.steps + count.steps)
            return total
        }
        guard total.cases == Self.shards * Self.casesPerShard else { return }
        print("planner properties: \(total.cases) random cases, \(total.plans) plans, \(total.steps) steps, 0 broken")
    }
}

/// One stack, an earlier and a later release of it, and what may happen between them.
private struct RandomCase {
    private var random: SplitMix64
    private let earlier: Release
    private let later: Release
    var plans = 0
    var steps = 0
    /// The last plan, for the report of a failure.
    var story = ""

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        let first = RandomRelease(using: &random)
        earlier = first.release
        later = first.changed(using: &random).release
    }

    mutating func run() throws(ReportableError) {
        var world = SimulatedWorld()
        if !random.chance(of: 8) { world = try arrive(.deploy, earlier, from: world) }
        if random.chance(of: 2) { world.suffer(using: &random) }
        _ = try arrive(.deploy, later, from: world)

        var cut = try arrive(.deploy, later, from: world, cut: true)
        if random.chance(of: 4) { cut.suffer(using: &random) }
        _ = try arrive(.deploy, later, from: cut)
        let reverting = try arrive(.revert, earlier, from: cut, cut: true)
        let reverted = try arrive(.revert, earlier, from: reverting)
        try leave(reverted)
    }

    /// Plans and runs; when it runs to the end, the world has to be what the release asks for.
    private mutating func arrive(
        _ purpose: Plan.Purpose, _ release: Release, from world: SimulatedWorld, cut: Bool = false
    ) throws(ReportableError) -> SimulatedWorld {
        var run = RandomRun(world: world, release: release)
        let plan = try plan(purpose, release, world)
        let limit = cut ? Int.random(in: 0...plan.steps.count, using: &random) : Int.max
        try run.run(plan, limit: limit, using: &random)
        guard limit >= plan.steps.count else { return run.world }
        let next = try self.plan(purpose, release, run.world)
        guard next.isEmpty else { throw ReportableError(.broken, "the next plan is not empty") }
        try expect(run.world, is: release)
        return run.world
    }

    private mutating func plan(
        _ purpose: Plan.Purpose, _ release: Release, _ world: SimulatedWorld
    ) throws(ReportableError) -> Plan {
        let request = PlanRequest(purpose: purpose, target: release)
        let plan = try Planner.plan(request, observed: world.observation)
        story = PlanText.render(plan, target: release, previous: nil)
        plans += 1
        steps += plan.steps.count
        guard random.chance(of: 16) else { return plan }
        let again = try Planner.plan(request, observed: world.observation)
        guard again.digest == plan.digest else { throw ReportableError(.broken, "equal inputs, different plans") }
        return plan
    }

    /// Asks the world itself, not the planner.
    private func expect(_ world: SimulatedWorld, is release: Release) throws(ReportableError) {
        var left = world.replicas
        for service in release.stack.services {
            let template = release.contents.templates[service.name]
            let good = world.replicas.values.filter {
                $0.id.service == service.name && world.isServing($0) && $0.revision == template?.revision
                    && $0.configuration == template?.configuration
            }
            for replica in good { left[replica.id] = nil }
            guard good.count == service.replicas else {
                throw ReportableError(.broken, "\(good.count) of \(service.replicas) replicas of \(service.name) serve")
            }
        }
        guard left.isEmpty else { throw ReportableError(.broken, "left over: \(left.keys.sorted())") }
    }

    /// Restarts, stops, starts and takes down.
    private mutating func leave(_ world: SimulatedWorld) throws(ReportableError) {
        var run = RandomRun(world: world, release: earlier)
        var chosen: Set<ServiceName>?
        if random.chance(of: 2) { chosen = Set(earlier.stack.services.map(\.name).filter { _ in random.chance(of: 2) }) }
        for purpose in [Plan.Purpose.restart, .stop] {
            let request = PlanRequest(purpose: purpose, target: earlier, services: chosen)
            let plan = try Planner.plan(request, observed: run.world.observation)
            story = PlanText.render(plan, target: earlier, previous: nil)
            try run.run(plan, using: &random)
            if purpose == .restart { try expect(run.world, is: earlier) }
        }
        try expectStopped(run.world, chosen)
        run.world = try arrive(.deploy, earlier, from: run.world)
        try takeDown(&run)
    }

    private func expectStopped(_ world: SimulatedWorld, _ chosen: Set<ServiceName>?) throws(ReportableError) {
        for replica in world.replicas.values {
            let isChosen = chosen?.contains(replica.id.service) ?? true
            guard (replica.state == .stopped) == isChosen else {
                throw ReportableError(.broken, "\(replica.id) is \(replica.state) after a stop")
            }
        }
    }

    private mutating func takeDown(_ run: inout RandomRun) throws(ReportableError) {
        let destroys = random.chance(of: 2)
        let request = PlanRequest(purpose: .down, target: earlier, destroyData: destroys)
        for cut in [true, false] {
            let plan = try Planner.plan(request, observed: run.world.observation)
            story = PlanText.render(plan, target: earlier, previous: nil)
            let volumes = run.world.volumes
            try run.run(
                plan, limit: cut ? Int.random(in: 0...plan.steps.count, using: &random) : .max, using: &random)
            guard destroys || run.world.volumes == volumes else { throw ReportableError(.broken, "data is lost") }
        }
        guard run.world.replicas.isEmpty, run.world.sources.isEmpty, run.world.volumes.isEmpty || !destroys else {
            throw ReportableError(.broken, "something is left after down")
        }
    }
}
