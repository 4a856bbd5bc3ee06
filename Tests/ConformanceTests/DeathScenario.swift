import Basics
import Orchestration
import StackModel
import Synchronization
import Testing

/// Lets a process die at every moment of every step of a deploy, an update, a rollback and a `down`, each time going on
/// with a new one. In the end the dead wake up, and must find that nothing is theirs any more.
final class DeathScenario<Bench: EngineBench>: Sendable {
    let bench: Bench
    private let dead = Mutex<[Life]>([])

    init(bench: Bench) { self.bench = bench }

    func run() async throws {
        try await survive(.deploy(bench.declared(.first)))
        try await expect("one", release: 1)
        let tally = try await bench.underLoad {
            try await survive(.deploy(bench.declared(.second)))
            try await expect("two", release: 2)
            try await survive(.rollback(to: nil))
            try await expect("one", release: 1)
        }
        #expect(tally.failures == 0, "\(tally.failures) of \(tally.requests) requests failed")
        try await wake()
        try await expect("one", release: 1)
        try await survive(.down(destroyData: false))
        #expect(try await bench.census() == [:])
        try await wake()
        #expect(try await bench.census() == [:])
    }

    private func expect(_ code: String, release: Int) async throws {
        #expect(await bench.request()?.code == code)
        #expect(try await bench.census() == Scenario.whole())
        let status = try await bench.status()
        #expect(status.isHealthy && status.release == release, "\(status.drift)")
    }

    /// A process dies at the first moment of a step at which none has died yet, until one gets through.
    private func survive(_ change: Change) async throws {
        let seen = Seen()
        for _ in 1...400 {
            let process = try bench.boot { point, action in seen.isNew("\(point.moment) \(action.summary)") }
            // So many deaths in a row are what the quarantine of a step is for; here a person insists.
            let ending = await process.carryOut(change, retryCrashed: true)
            guard ending.isDeath else {
                _ = try ending.get()
                print("\(change.reason): \(seen.count) deaths")
                return
            }
            dead.withLock { $0.append(process.life) }
        }
        Issue.record("\(change.reason) did not end")
    }

    private func wake() async throws {
        let ghosts = dead.withLock { dead in
            defer { dead = [] }
            return dead
        }
        let before = try await bench.status().lastOperation
        for ghost in ghosts { ghost.wake() }
        for _ in 1...1000 where !ghosts.allSatisfy(\.isOver) { try await Task.sleep(for: .milliseconds(10)) }
        let restless = ghosts.count { !$0.isOver }
        #expect(restless == 0, "ghosts do not come to rest")
        #expect(ghosts.map(\.inexcusableEffects).reduce(0, +) == 0)
        #expect(try await bench.status().lastOperation == before)
    }
}

private final class Seen: Sendable {
    private let moments = Mutex<Set<String>>([])

    func isNew(_ moment: String) -> Bool { moments.withLock { $0.insert(moment).inserted } }

    var count: Int { moments.withLock { $0.count } }
}
