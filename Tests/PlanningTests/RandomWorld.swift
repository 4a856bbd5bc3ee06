import Basics
import Planning
import StackModel
import TestKit

extension SimulatedWorld {
    /// Breaks a few things: crashes, stops, lost readiness, lost traffic, vanished replicas and sources.
    mutating func suffer(using random: inout SplitMix64) {
        for id in replicas.keys.sorted() where random.chance(of: 4) { damage(id, using: &random) }
        let routes = routes ?? [:]
        for edge in routes.keys.sorted() where !takesRequests(edge) && random.chance(of: 2) {
            for id in replicas.keys.sorted() where routes[edge]?.contains(id.service) == true {
                replicas[id]?.traffic = .none
            }
        }
        if random.chance(of: 8) { sources = [] }
    }

    private mutating func damage(_ id: ReplicaID, using random: inout SplitMix64) {
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            replicas[id]?.state = .failing
            replicas[id]?.ready = false
            replicas[id]?.trouble = "exited with code 1"
        case 1:
            replicas[id]?.state = .stopped
            replicas[id]?.ready = false
            if random.chance(of: 2) { replicas[id]?.traffic = .none }
        case 2: replicas[id]?.ready = false
        case 3: if replicas[id]?.traffic == .admitted { replicas[id]?.traffic = .draining }
        case 4: replicas[id]?.traffic = .none
        default: replicas[id] = nil
        }
    }
}

/// Runs plans in an order made by chance.
struct RandomRun {
    var world: SimulatedWorld
    let desired: DesiredStack

    /// Does steps of a plan in a random order that respects `after`, at most `limit` of them, and watches the rollout.
    /// A drain that was cut short leaves its replica draining.
    mutating func run(
        _ plan: Plan,
        limit: Int = .max,
        using random: inout SplitMix64
    ) throws(ReportableError) {
        world.learn(desired)
        let watch = RolloutWatch(desired, in: world)
        let isRollout = plan.purpose.activatesRelease || plan.purpose == .restart
        var order = RandomOrder(plan)
        for _ in 0..<min(limit, plan.steps.count) {
            guard let step = order.next(using: &random) else {
                throw ReportableError(.broken, "steps wait for each other")
            }
            let before = world
            try perform(step.action)
            if isRollout { try watch.check(step.action, from: before, to: world) }
        }
        guard limit < plan.steps.count, let cut = order.next(using: &random) else { return }
        if case .drain(let id, _) = cut.action, world.replicas[id]?.traffic == .admitted {
            world.replicas[id]?.traffic = .draining
        }
    }

    private mutating func perform(_ action: Action) throws(ReportableError) {
        let template = action.service.flatMap { desired.service($0)?.template }
        try world.apply(action, template: template, release: desired.release.number)
    }
}

/// Steps of a plan, each after those it waits for, otherwise by chance.
struct RandomOrder {
    private let steps: [Step]
    private var missing: [Int]
    private var waiting: [[Int]]
    private var ready: [Int]

    init(_ plan: Plan) {
        steps = plan.steps
        missing = steps.map(\.after.count)
        waiting = Array(repeating: [], count: steps.count)
        for step in steps { for other in step.after { waiting[other - 1].append(step.number - 1) } }
        ready = steps.indices.filter { plan.steps[$0].after.isEmpty }
    }

    mutating func next(using random: inout SplitMix64) -> Step? {
        guard !ready.isEmpty else { return nil }
        ready.swapAt(Int.random(in: 0..<ready.count, using: &random), ready.count - 1)
        let index = ready.removeLast()
        for other in waiting[index] {
            missing[other] -= 1
            if missing[other] == 0 { ready.append(other) }
        }
        return steps[index]
    }
}
