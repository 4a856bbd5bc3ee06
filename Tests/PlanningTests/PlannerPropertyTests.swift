import Foundation
import Synchronization
import Testing

/// What holds for every stack, every state of the world and every order of the steps that may run side by side.
@Suite struct PlannerPropertyTests {
    private struct Tally: Sendable {
        var cases = 0
        var plans = 0
        var steps = 0
        var moves: [PortMove: Int] = [:]

        mutating func add(_ other: Tally) {
            cases += other.cases
            plans += other.plans
            steps += other.steps
            moves.merge(other.moves, uniquingKeysWith: +)
        }
    }

    private static let shards = 20
    /// Cases that share a stack, because making stacks takes longer than planning.
    private static let stories = 10
    /// `PLANNER_CASES=200000` hunts longer. A multiple of `stories`.
    private static let cases = ProcessInfo.processInfo.environment["PLANNER_CASES"].flatMap { Int($0) } ?? 10_000
    private static let total = Mutex(Tally())

    @Test("no plan breaks a bound, every plan arrives, the next plan is empty", arguments: 0..<shards)
    func everyPlanArrives(shard: Int) async {
        var tally = Tally()
        for seed in stride(from: shard, to: Self.cases / Self.stories, by: Self.shards) {
            // Tests that wait for programs share the two threads with this one.
            await Task.yield()
            var one = RandomCase(seed: UInt64(seed))
            for story in 1...Self.stories {
                do {
                    try one.run()
                } catch {
                    Issue.record("seed \(seed), story \(story): \(error)\n\(one.story)")
                    return
                }
            }
            tally.add(Tally(cases: Self.stories, plans: one.plans, steps: one.steps, moves: one.moves))
        }
        Self.report(tally)
    }

    private static func report(_ tally: Tally) {
        let sum = total.withLock { total in
            total.add(tally)
            return total
        }
        guard sum.cases == cases else { return }
        print("planner properties: \(sum.cases) random cases, \(sum.plans) plans, \(sum.steps) steps, none broken")
        for move in PortMove.allCases {
            let count = sum.moves[move] ?? 0
            print("planner properties: cases with \(move.rawValue): \(count)")
            #expect(count >= cases / 50, "too few cases have \(move.rawValue) to speak of")
        }
    }
}
