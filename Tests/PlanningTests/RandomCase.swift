import Basics
import Planning
import StackModel
import TestKit

/// One stack, an earlier and a later release of it, and what may happen between them: another story for each run.
struct RandomCase {
    /// Plans that were made, and steps that were in them.
    private(set) var plans = 0
    private(set) var steps = 0
    /// Runs in which a plan had to move a port in this way.
    private(set) var moves: [PortMove: Int] = [:]
    private var moved: Set<PortMove> = []
    private var random: SplitMix64
    private let earlier: DesiredStack
    private let later: DesiredStack
    private var recent: [Plan] = []

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        let first = RandomRelease(using: &random)
        earlier = DesiredStack(first.release)
        later = DesiredStack(first.changed(using: &random).release)
    }

    /// The plan that was at work and the one before, and both releases, for the report of a failure.
    var story: String {
        let plans = recent.suffix(2).map { PlanText.render($0, target: nil, previous: nil) }
        let services = [earlier, later].map { desired in
            desired.services.map { "\($0.name) \($0.template.port) \($0.service.dependsOn) \($0.service.rollout)" }
                .joined(separator: "\n")
        }
        return (plans + services).joined(separator: "\n\n")
    }

    /// One story. Throws when a bound is broken on the way or a plan does not arrive.
    mutating func run() throws(ReportableError) {
        moved = []
        defer { for move in moved { moves[move, default: 0] += 1 } }
        var world = SimulatedWorld()
        if !random.chance(of: 8) { world = try arrive(.deploy, earlier, from: world) }
        if random.chance(of: 2) { world.suffer(using: &random) }
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            _ = try arrive(.deploy, later, from: world)
        case 1:
            var cut = try arrive(.deploy, later, from: world, cut: true)
            if random.chance(of: 4) { cut.suffer(using: &random) }
            _ = try arrive(.deploy, later, from: cut)
        case 2:
            let cut = try arrive(.deploy, later, from: world, cut: true)
            let reverting = try arrive(.revert, earlier, from: cut, cut: true)
            _ = try arrive(.revert, earlier, from: reverting)
        default:
            try leave(try arrive(.rollback, earlier, from: world))
        }
    }

    /// Plans and runs; when it runs to the end, the world has to be what the release asks for.
    private mutating func arrive(
        _ purpose: Plan.Purpose,
        _ desired: DesiredStack,
        from world: SimulatedWorld,
        cut: Bool = false
    ) throws(ReportableError) -> SimulatedWorld {
        var run = RandomRun(world: world, desired: desired)
        let request = PlanRequest(purpose: purpose, target: desired.release)
        let plan = try plan(request, desired, world)
        let limit = cut ? Int.random(in: 0...plan.steps.count, using: &random) : Int.max
        try run.run(plan, limit: limit, using: &random)
        guard limit >= plan.steps.count else { return run.world }
        let next = try self.plan(request, desired, run.world)
        guard next.isEmpty else { throw ReportableError(.broken, "the next plan is not empty") }
        try expect(run.world, is: desired)
        return run.world
    }

    private mutating func plan(
        _ request: PlanRequest,
        _ desired: DesiredStack,
        _ world: SimulatedWorld
    ) throws(ReportableError) -> Plan {
        let plan = try Planner.plan(request, towards: desired, observed: world.observation)
        recent = recent.suffix(1) + [plan]
        moved.formUnion(PortMove.all(from: world, to: desired))
        plans += 1
        steps += plan.steps.count
        guard random.chance(of: 16) else { return plan }
        let again = try Planner.plan(request, observed: world.observation)
        guard again.digest == plan.digest else { throw ReportableError(.broken, "equal inputs, different plans") }
        return plan
    }

    /// Asks the world itself, not the planner.
    private func expect(_ world: SimulatedWorld, is desired: DesiredStack) throws(ReportableError) {
        var left = world.replicas
        for service in desired.services {
            let good = world.replicas.values.filter {
                $0.id.service == service.name && world.isServing($0) && $0.revision == service.revision
                    && $0.configuration == service.configuration
            }
            for replica in good { left[replica.id] = nil }
            let wanted = service.service.replicas
            guard good.count == wanted else {
                throw ReportableError(.broken, "\(good.count) of \(wanted) replicas of \(service.name) serve")
            }
        }
        guard left.isEmpty else { throw ReportableError(.broken, "left over: \(left.keys.sorted())") }
    }

    // MARK: - Restart, stop, down

    private mutating func leave(_ world: SimulatedWorld) throws(ReportableError) {
        var run = RandomRun(world: world, desired: earlier)
        let names = earlier.services.map(\.name)
        let chosen = random.chance(of: 2) ? Set(names.filter { _ in random.chance(of: 2) }) : nil
        for purpose in [Plan.Purpose.restart, .stop] {
            let request = PlanRequest(purpose: purpose, target: earlier.release, services: chosen)
            try run.run(try plan(request, earlier, run.world), using: &random)
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
        let request = PlanRequest(purpose: .down, target: earlier.release, destroyData: destroys)
        let volumes = run.world.volumes
        for cut in [true, false] {
            let plan = try plan(request, earlier, run.world)
            let limit = cut ? Int.random(in: 0...plan.steps.count, using: &random) : .max
            try run.run(plan, limit: limit, using: &random)
            guard destroys || run.world.volumes == volumes else { throw ReportableError(.broken, "data is lost") }
        }
        // Sources stay with the data, and go with it.
        guard run.world.replicas.isEmpty, run.world.volumes.isEmpty || !destroys,
            run.world.sources.isEmpty || !run.world.volumes.isEmpty
        else {
            throw ReportableError(.broken, "something is left after down")
        }
    }
}
