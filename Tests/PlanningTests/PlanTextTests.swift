import Basics
import Planning
import StackModel
import TestKit
import Testing

/// Whole plans as a person reads them. Each golden text is the review of one situation.
@Suite struct PlanTextTests {
    private let first = Shop()
    private var second: Shop {
        var shop = Shop()
        shop.number = 2
        shop.version = "1.1.0"
        return shop
    }

    private func expect(_ plan: Plan, _ target: Shop, from previous: Shop?, matches name: String) throws {
        let text = PlanText.render(plan, target: target.release, previous: previous?.release)
        try Golden.expect(text, matches: name)
    }

    @Test("up from nothing")
    func upFromNothing() throws {
        try expect(try first.plan(.deploy, on: SimulatedWorld()), first, from: nil, matches: "up-from-nothing")
    }

    @Test("nothing to do")
    func nothingToDo() throws {
        try expect(try first.plan(.deploy, on: try first.deployed()), first, from: first, matches: "nothing-to-do")
    }

    @Test("a rolling update, one more at a time")
    func rollingUpdate() throws {
        try expect(try second.plan(.deploy, on: try first.deployed()), second, from: first, matches: "rolling-update")
    }

    @Test("a rolling update in which one may be away and none may be added")
    func rollingWithoutSurge() throws {
        var target = second
        target.rollout = Rollout(maxSurge: .count(0), maxUnavailable: .count(1))
        try expect(
            try target.plan(.deploy, on: try first.deployed()),
            target,
            from: first,
            matches: "rolling-without-surge"
        )
    }

    @Test("a blue-green update")
    func blueGreen() throws {
        var target = second
        target.rollout = Rollout(strategy: .blueGreen)
        try expect(try target.plan(.deploy, on: try first.deployed()), target, from: first, matches: "blue-green")
    }

    @Test("a recreation")
    func recreate() throws {
        var target = second
        target.rollout = Rollout(strategy: .recreate)
        try expect(try target.plan(.deploy, on: try first.deployed()), target, from: first, matches: "recreate")
    }

    @Test("a fixed port makes a rolling update impossible and says so")
    func fixedPort() throws {
        var (old, new) = (first, second)
        (old.replicas, old.fixedPort, new.replicas, new.fixedPort) = (1, 9000, 1, 9000)
        try expect(try new.plan(.deploy, on: try old.deployed()), new, from: old, matches: "fixed-port")
    }

    @Test("more replicas")
    func scaleUp() throws {
        var target = first
        (target.number, target.replicas) = (2, 5)
        try expect(try target.plan(.scale, on: try first.deployed()), target, from: first, matches: "scale-up")
    }

    @Test("fewer replicas, of which one was not well")
    func scaleDown() throws {
        var target = first
        (target.number, target.replicas) = (2, 1)
        var world = try first.deployed()
        world.replicas["api-1"]?.ready = false
        try expect(try target.plan(.scale, on: world), target, from: first, matches: "scale-down")
    }

    @Test("drift: one crashed, one vanished, one stopped")
    func drift() throws {
        var shop = first
        shop.replicas = 4
        var world = try shop.deployed()
        world.replicas["api-1"]?.state = .failing
        world.replicas["api-1"]?.trouble = "exited with code 1"
        world.replicas["api-2"] = nil
        world.replicas["api-3"]?.state = .stopped
        world.replicas["api-3"]?.traffic = .none
        try expect(try shop.plan(.deploy, on: world), shop, from: shop, matches: "drift")
    }

    @Test("the edge crashed: everyone gets traffic again")
    func edgeCrashed() throws {
        var world = try first.deployed()
        world.replicas["edge-1"]?.state = .failing
        world.replicas["edge-1"]?.ready = false
        world.replicas["edge-1"]?.trouble = "killed by signal 9"
        try expect(try second.plan(.deploy, on: world), second, from: first, matches: "edge-crashed")
    }

    @Test("configuration and accounts change in place")
    func inPlace() throws {
        var target = first
        (target.number, target.routes, target.password) = (2, "shop", 2)
        try expect(try target.plan(.deploy, on: try first.deployed()), target, from: first, matches: "in-place")
    }

    @Test("a service goes, its data stays")
    func serviceGoes() throws {
        var target = second
        target.withoutCache = true
        try expect(try target.plan(.deploy, on: try first.deployed()), target, from: first, matches: "service-goes")
    }

    @Test("going back from the middle of an update")
    func revert() throws {
        var random = SplitMix64(seed: 7)
        var run = RandomRun(world: try first.deployed(), desired: DesiredStack(second.release))
        try run.run(try second.plan(.deploy, on: run.world), limit: 9, using: &random)
        try expect(try first.plan(.revert, on: run.world), first, from: second, matches: "revert")
    }

    @Test("a restart of one service")
    func restart() throws {
        try expect(
            try first.plan(.restart, on: try first.deployed(), services: ["api"]),
            first,
            from: first,
            matches: "restart"
        )
    }

    @Test("two services swap their ports, a third takes over that of a removed one")
    func ports() throws {
        func stack(_ number: Int, _ ports: [(ServiceName, Int)]) -> RandomRelease {
            var stack = RandomRelease(
                parts: ports.map { name, port in
                    var part = RandomRelease.Part(name: name, flavour: .fixed)
                    (part.port, part.dependsOn) = (port, name == "web" || name == "front" ? ["api"] : [])
                    return part
                }
            )
            stack.number = number
            return stack
        }
        let old = stack(1, [("api", 9001), ("admin", 9002), ("web", 9003)]).release
        let new = stack(2, [("api", 9002), ("admin", 9001), ("front", 9003)]).release
        var random = SplitMix64(seed: 1)
        var run = RandomRun(world: SimulatedWorld(), desired: DesiredStack(old))
        let first = PlanRequest(purpose: .deploy, target: old)
        try run.run(try Planner.plan(first, observed: Observation()), using: &random)
        let plan = try Planner.plan(PlanRequest(purpose: .deploy, target: new), observed: run.world.observation)
        try Golden.expect(PlanText.render(plan, target: new, previous: old), matches: "ports-change-hands")
    }

    @Test("a stop of a service that another one needs")
    func stop() throws {
        let world = try first.deployed()
        try expect(try first.plan(.stop, on: world), first, from: first, matches: "stop")
        try expect(try first.plan(.stop, on: world, services: ["redis"]), first, from: first, matches: "stop-one")
    }

    @Test("down keeps the data, down with destruction does not")
    func down() throws {
        let world = try first.deployed()
        try expect(try first.plan(.down, on: world), first, from: first, matches: "down")
        try expect(try first.plan(.down, on: world, destroyData: true), first, from: first, matches: "down-and-destroy")
    }
}

extension ReplicaID: ExpressibleByStringLiteral {
    /// - Precondition: the literal is a replica's name, as in `api-1`.
    package init(stringLiteral text: String) {
        guard let id = ReplicaID(text) else { preconditionFailure("\(text) is no replica") }
        self = id
    }
}
