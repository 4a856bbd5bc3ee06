import Basics
import Planning
import StackModel
import TestKit
import Testing

/// Single rules of the planner, each in the smallest situation that shows it.
@Suite struct PlannerTests {
    private func part(_ name: ServiceName, _ flavour: RandomRelease.Flavour = .app) -> RandomRelease.Part {
        RandomRelease.Part(name: name, flavour: flavour)
    }

    private func deployed(_ stack: RandomRelease, on world: SimulatedWorld = SimulatedWorld()) throws -> SimulatedWorld
    {
        var random = SplitMix64(seed: 1)
        var run = RandomRun(world: world, desired: DesiredStack(stack.release))
        try run.run(try plan(stack, on: world), using: &random)
        return run.world
    }

    private func plan(
        _ stack: RandomRelease,
        _ purpose: Plan.Purpose = .deploy,
        on world: SimulatedWorld,
        services: Set<ServiceName>? = nil
    ) throws(ReportableError) -> Plan {
        try Planner.plan(
            PlanRequest(purpose: purpose, target: stack.release, services: services),
            observed: world.observation
        )
    }

    private func step(_ plan: Plan, where matches: (Action) -> Bool) throws -> Step {
        try #require(plan.steps.first { matches($0.action) })
    }

    @Test("an unknown service is refused by name")
    func unknownService() throws {
        let stack = RandomRelease(parts: [part("alpha")])
        let error = #expect(throws: ReportableError.self) {
            try plan(stack, .restart, on: SimulatedWorld(), services: ["beta"])
        }
        #expect(error?.code == .usage)
        #expect(error?.message == "there is no service beta in shop/local")
    }

    @Test("a circle of dependencies is refused, but can be stopped and taken down")
    func circle() throws {
        var (alpha, beta) = (part("alpha"), part("beta"))
        let world = try deployed(RandomRelease(parts: [alpha, beta]))
        (alpha.dependsOn, beta.dependsOn) = (["beta"], ["alpha"])
        let stack = RandomRelease(parts: [alpha, beta])
        let error = #expect(throws: ReportableError.self) { try plan(stack, on: world) }
        #expect(error?.code == .invalidSpec)
        #expect(try plan(stack, .down, on: world).steps.count == 5)
    }

    @Test("an app with volumes is rolled like any other, beside what it shares, and goes without it")
    func sharedVolume() throws {
        var alpha = part("alpha", .sharing)
        alpha.replicas = 3
        let first = RandomRelease(parts: [alpha])
        let prepared = try plan(first, on: SimulatedWorld()).steps.filter { $0.action == .prepareVolume("alpha") }
        #expect(prepared.count == 1)
        let world = try deployed(first)
        #expect(world.volumes == ["alpha"] && world.replicas.count == 3)
        #expect(try plan(first, on: world).steps.isEmpty)
        alpha.version += 1
        let update = try plan(RandomRelease(parts: [alpha]), on: world)
        let start = try step(update) { if case .startReplica = $0 { true } else { false } }
        let stop = try step(update) { if case .stopReplica = $0 { true } else { false } }
        #expect(start.number < stop.number && update.warnings.isEmpty)
        #expect(!update.steps.contains { $0.action == .prepareVolume("alpha") })
        let down = try plan(first, .down, on: world)
        #expect(down.warnings == ["the data of alpha stays"])
    }

    @Test("two replicas on one fixed port are refused")
    func twoOnOnePort() throws {
        var alpha = part("alpha", .fixed)
        alpha.replicas = 2
        let error = #expect(throws: ReportableError.self) {
            try plan(RandomRelease(parts: [alpha]), on: SimulatedWorld())
        }
        #expect(error?.message.hasPrefix("alpha uses the fixed port") == true)
    }

    @Test("a renamed service gives its fixed port up before the new one starts")
    func renamed() throws {
        let world = try deployed(RandomRelease(parts: [part("alpha", .fixed), part("gamma")]))
        var beta = part("beta", .fixed)
        beta.port = 9000 + 518
        var renamed = RandomRelease(parts: [beta, part("gamma")])
        renamed.number = 2
        #expect(world.replicas["alpha-1"]?.port == beta.port)
        let after = try deployed(renamed, on: world)
        #expect(after.replicas.keys.sorted() == ["beta-1", "gamma-1"])
    }

    @Test("two services that swap their fixed ports both make way first, even if one needs the other")
    func swapped() throws {
        var (alpha, beta) = (part("alpha", .fixed), part("beta", .fixed))
        (alpha.port, beta.port, beta.dependsOn) = (9001, 9002, ["alpha"])
        let world = try deployed(RandomRelease(parts: [alpha, beta]))
        (alpha.port, beta.port) = (9002, 9001)
        (alpha.version, beta.version) = (2, 2)
        let swapped = RandomRelease(parts: [alpha, beta])
        let plan = try plan(swapped, on: world)
        let start = try step(plan) { if case .startReplica("beta-2", _) = $0 { true } else { false } }
        let ready = try step(plan) { if case .awaitReady("alpha-2", _, _) = $0 { true } else { false } }
        #expect(start.after.contains(ready.number))
        let after = try deployed(swapped, on: world)
        #expect(after.replicas["alpha-2"]?.port == 9002)
        #expect(after.replicas["beta-2"]?.port == 9001)
    }

    @Test("an app that moves behind an edge gives its port up when its successor is ready, not before")
    func movesBehindEdge() throws {
        let world = try deployed(RandomRelease(parts: [part("alpha", .fixed)]))
        var edge = part("edge", .edge)
        (edge.port, edge.routes) = (part("alpha", .fixed).fixedPort, ["alpha"])
        let stack = RandomRelease(parts: [part("alpha"), edge])
        let plan = try plan(stack, on: world)
        let ready = try step(plan) { if case .awaitReady("alpha-2", _, _) = $0 { true } else { false } }
        let stop = try step(plan) { $0 == .stopReplica("alpha-1") }
        #expect(stop.after == [ready.number])
        let after = try deployed(stack, on: world)
        #expect(after.replicas["alpha-2"]?.traffic == .admitted)
        #expect(after.replicas["edge-1"]?.port == edge.port)
    }

    @Test("behind an edge that stays, a port is given up when the successor has traffic")
    func leavesThePortServed() throws {
        var (alpha, edge) = (part("alpha", .fixed), part("edge", .edge))
        edge.routes = ["alpha"]
        let world = try deployed(RandomRelease(parts: [alpha, edge]))
        var beta = part("beta", .fixed)
        beta.port = alpha.fixedPort
        alpha.flavour = .app
        let plan = try plan(RandomRelease(parts: [alpha, beta, edge]), on: world)
        let admit = try step(plan) { $0 == .admit("alpha-2") }
        let drain = try step(plan) { if case .drain("alpha-1", _) = $0 { true } else { false } }
        #expect(drain.after == [admit.number])
    }

    @Test("an edge serves on its new port before an app takes the old one")
    func edgeMakesWay() throws {
        var edge = part("edge", .edge)
        (edge.port, edge.routes) = (9001, ["gamma"])
        let world = try deployed(RandomRelease(parts: [part("gamma"), edge]))
        var alpha = part("alpha", .fixed)
        (alpha.port, edge.port) = (9001, 9002)
        let plan = try plan(RandomRelease(parts: [alpha, part("gamma"), edge]), on: world)
        let ready = try step(plan) { if case .awaitReady("edge-2", _, _) = $0 { true } else { false } }
        let stop = try step(plan) { $0 == .stopReplica("edge-1") }
        #expect(stop.after == [ready.number])
        let removed = try step(plan) { $0 == .removeReplica("edge-1") }
        let start = try step(plan) { if case .startReplica("alpha-1", _) = $0 { true } else { false } }
        #expect(start.after == [removed.number])
    }

    @Test("a removed service keeps its port until the heir's dependencies are ready")
    func heirWaits() throws {
        let world = try deployed(RandomRelease(parts: [part("alpha", .fixed)]))
        var beta = part("beta", .fixed)
        (beta.port, beta.dependsOn) = (part("alpha", .fixed).fixedPort, ["gamma"])
        let plan = try plan(RandomRelease(parts: [beta, part("gamma")]), on: world)
        let ready = try step(plan) { if case .awaitReady("gamma-1", _, _) = $0 { true } else { false } }
        #expect(try step(plan) { $0 == .stopReplica("alpha-1") }.after == [ready.number])
    }

    @Test("a start in the room of a replica that a mere admission made dispensable waits for its dependencies too")
    func roomByAdmission() throws {
        var (alpha, beta, edge) = (part("alpha"), part("beta"), part("edge", .edge))
        (alpha.dependsOn, alpha.replicas, alpha.version, edge.routes) = (["beta"], 2, 2, ["alpha"])
        let rollout = Rollout(maxSurge: .count(1), maxUnavailable: .count(0))
        (alpha.rollout, beta.rollout) = (rollout, Rollout(strategy: .recreate))
        var world = try deployed(RandomRelease(parts: [alpha, beta, edge]))
        world.replicas["alpha-1"]?.traffic = .none
        alpha.version = 1
        let old = alpha.template
        for id in ["alpha-2", "alpha-3"] as [ReplicaID] {
            world.replicas[id] = ObservedReplica(
                id: id,
                revision: old.revision,
                configuration: old.configuration,
                release: 1,
                traffic: .admitted
            )
        }
        (alpha.version, beta.version) = (2, 2)
        let plan = try plan(RandomRelease(parts: [alpha, beta, edge]), on: world)
        let start = try step(plan) { if case .startReplica(let id, _) = $0 { id.service == "alpha" } else { false } }
        let ready = try step(plan) { if case .awaitReady("beta-2", _, _) = $0 { true } else { false } }
        #expect(leads(from: ready.number, to: start.number, in: plan))
    }

    /// Whether a step can only be taken after another one.
    private func leads(from first: Int, to last: Int, in plan: Plan) -> Bool {
        plan.steps[last - 1].after.contains { $0 == first || leads(from: first, to: $0, in: plan) }
    }

    @Test("a new service behind the same edge as its dependency does not wait for itself")
    func newServiceBehindOneEdge() throws {
        var (alpha, edge) = (part("alpha"), part("edge", .edge))
        (alpha.replicas, edge.routes) = (3, ["alpha"])
        let world = try deployed(RandomRelease(parts: [alpha, edge]))
        var beta = part("beta")
        beta.dependsOn = ["alpha"]
        alpha.version = 2
        edge.routes = ["alpha", "beta"]
        let after = try deployed(RandomRelease(parts: [alpha, beta, edge]), on: world)
        #expect(after.replicas.values.filter { $0.traffic == .admitted }.count == 4)
    }

    @Test("a restart takes no edge away: it starts anew in place, and everything else is replaced")
    func restartOfTheEdge() throws {
        var (alpha, edge) = (part("alpha"), part("edge", .edge))
        (alpha.replicas, edge.routes) = (2, ["alpha"])
        let stack = RandomRelease(parts: [alpha, edge])
        let world = try deployed(stack)
        let steps = try plan(stack, .restart, on: world).steps
        #expect(steps.filter { $0.action.service == "edge" }.map(\.action.summary) == ["reconfigure edge-1 in place"])
        #expect(
            steps.count { if case .startReplica(let id, _) = $0.action { id.service == "alpha" } else { false } } == 2
        )
        let alone = try plan(stack, .restart, on: world, services: ["edge"]).steps
        #expect(alone.first?.action.summary == "reconfigure edge-1 in place")
        #expect(alone.allSatisfy { $0.action.service != "alpha" })
    }

    @Test("a started edge waits for one ready replica of each route, and all replicas wait for the edge")
    func edgeOrder() throws {
        var (alpha, edge) = (part("alpha"), part("edge", .edge))
        (alpha.replicas, edge.routes) = (2, ["alpha"])
        let plan = try plan(RandomRelease(parts: [alpha, edge]), on: SimulatedWorld())
        let start = try step(plan) { if case .startReplica("edge-1", _) = $0 { true } else { false } }
        let ready = try step(plan) { if case .awaitReady("alpha-1", _, _) = $0 { true } else { false } }
        #expect(start.after == [ready.number])
        let edgeReady = try step(plan) { if case .awaitReady("edge-1", _, _) = $0 { true } else { false } }
        for step in plan.steps { if case .admit = step.action { #expect(step.after.contains(edgeReady.number)) } }
    }

    @Test("a number that is in use, even by a replica that goes, is not given again")
    func numbers() throws {
        var alpha = part("alpha")
        alpha.replicas = 3
        var world = try deployed(RandomRelease(parts: [alpha]))
        world.replicas["alpha-2"] = nil
        alpha.version = 2
        let plan = try plan(RandomRelease(parts: [alpha]), on: world)
        let started = plan.steps.compactMap { step -> ReplicaID? in
            if case .startReplica(let id, _) = step.action { id } else { nil }
        }
        #expect(Set(started) == ["alpha-2", "alpha-4", "alpha-5"])
    }

    @Test("the pivot waits as long as the most careful service that was started")
    func confirm() throws {
        var (alpha, beta, gamma) = (part("alpha"), part("beta"), part("gamma"))
        alpha.rollout.healthyFor = .seconds(5)
        beta.rollout.healthyFor = .seconds(20)
        gamma.rollout.healthyFor = .seconds(60)
        let world = try deployed(RandomRelease(parts: [gamma]))
        let plan = try plan(RandomRelease(parts: [alpha, beta, gamma]), on: world)
        let last = try #require(plan.steps.last)
        #expect(last.isPivot)
        #expect(last.action == .confirm(["alpha-1", "beta-1"], healthyFor: .seconds(20)))
    }

    @Test("a service that is optional and has no template is left alone")
    func optional() throws {
        let complete = RandomRelease(parts: [part("alpha")]).release
        var contents = complete.contents
        contents.stack.services.append(Service(name: "grafana", kind: .grafana(Grafana()), optional: true))
        let release = Release(
            number: 1,
            contents: contents,
            createdAt: complete.createdAt,
            createdBy: "test",
            reason: "test"
        )
        let plan = try Planner.plan(PlanRequest(purpose: .deploy, target: release), observed: Observation())
        #expect(Set(plan.steps.compactMap(\.action.service)) == ["alpha"])
    }

    @Test("neither surge nor absence allowed: one extra replica, and a warning")
    func noRoom() throws {
        var alpha = part("alpha")
        alpha.rollout = Rollout(maxSurge: .count(0), maxUnavailable: .count(0))
        let world = try deployed(RandomRelease(parts: [alpha]))
        alpha.version = 2
        let plan = try plan(RandomRelease(parts: [alpha]), on: world)
        #expect(plan.warnings.count == 1)
        #expect(plan.steps.first?.action == .startReplica("alpha-2", revision: alpha.template.revision))
    }
}
