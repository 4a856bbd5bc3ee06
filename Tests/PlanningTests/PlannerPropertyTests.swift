import Foundation
import Synchronization
import Testing

/// What holds for every stack, every state of the world and every order of the steps that may run side by side.
@Suite struct PlannerPropertyTests {
    private struct Tally: Sendable {
        var cases = 0
        var plans = 0
        var steps = 0
    }

    private static let shards = 20
    /// `PLANNER_CASES=200000` hunts longer.
    private static let cases = ProcessInfo.processInfo.environment["PLANNER_CASES"].flatMap { Int($0) } ?? 10_000
    private static let total = Mutex(Tally())

    @Test("no plan breaks a bound, every plan arrives, the next plan is empty", arguments: 0..<shards)
    func everyPlanArrives(shard: Int) {
        var tally = Tally()
        for seed in stride(from: shard, to: Self.cases, by: Self.shards) {
            var one = RandomCase(seed: UInt64(seed))
            do {
                try one.run()
            } catch {
                Issue.record("seed \(seed): \(error)\n\(one.story)")
                return
            }
            tally.cases += 1
            tally.plans += one.plans
            tally.steps += one.steps
        }
        Self.report(tally)
    }

    private static func report(_ tally: Tally) {
        let sum = total.withLock { total in
            total.cases += tally.cases
            total.plans += tally.plans
            total.steps += tally.steps
            return total
        }
        guard sum.cases == cases else { return }
        print("planner properties: \(sum.cases) random cases, \(sum.plans) plans, \(sum.steps) steps, none broken")
    }
}
