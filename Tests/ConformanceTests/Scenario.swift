import Basics
import Ledger
import Orchestration
import StackModel
import Testing

/// What every engine has to be able to do. Each is one test per engine.
enum Scenario: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case upFromNothing = "up from nothing"
    case nothingToDo = "a second deploy is an empty plan"
    case rolling = "a rolling update under load drops no request"
    case blueGreen = "a blue-green update under load drops no request"
    case recreate = "a recreate update leaves only the new release"
    case neverReady = "a release that never gets ready is rolled back and serves no request"
    case crashing = "a release that crashes after healthyFor is caught"
    case rollback = "a rollback restores code, configuration and secret versions"
    case scale = "scale up and down under load"
    case drift = "a replica killed by hand is drift and is repaired"
    case pivot = "death behind the pivot leaves the new release current, and a failure then goes back to it"
    case stop = "what was stopped on purpose is no drift, and deploy starts it again"
    case downKeepsData = "down keeps the data"
    case downDestroysData = "down destroys the data only when asked to"
    case death = "death at every step, then resume: no duplicate, no orphan"

    var testDescription: String { rawValue }

    func run(on bench: some EngineBench) async throws {
        switch self {
        case .upFromNothing: try await Self.upFromNothing(bench)
        case .nothingToDo: try await Self.nothingToDo(bench)
        case .rolling: try await Self.update(bench, .rolling)
        case .blueGreen: try await Self.update(bench, .blueGreen)
        case .recreate: try await Self.recreate(bench)
        case .neverReady: try await Self.neverReady(bench)
        case .crashing: try await Self.crashing(bench)
        case .rollback: try await Self.rollback(bench)
        case .scale: try await Self.scale(bench)
        case .drift: try await Self.drift(bench)
        case .pivot: try await Self.pivot(bench)
        case .stop: try await Self.stop(bench)
        case .downKeepsData: try await Self.down(bench, destroying: false)
        case .downDestroysData: try await Self.down(bench, destroying: true)
        case .death: try await DeathScenario(bench: bench).run()
        }
    }

    /// A census of a stack with so many replicas of the app.
    static func whole(_ replicas: Int = 2) -> [ServiceName: Int] { ["api": replicas, "redis": 1, "edge": 1] }

    private static func upFromNothing(_ bench: some EngineBench) async throws {
        #expect(try await bench.deploy(.first).isSuccess)
        #expect(try await bench.census() == whole())
        #expect(await bench.request()?.code == "one")
        let status = try await bench.status()
        #expect(status.isHealthy && status.release == 1, "\(status.drift)")
    }

    private static func nothingToDo(_ bench: some EngineBench) async throws {
        _ = try await bench.deploy(.first)
        let process = try bench.boot()
        let proposal = try await Deployer(process.dependencies).propose(
            .deploy(bench.declared(.first)),
            to: bench.stack
        )
        #expect(proposal.isEmpty, "\(proposal.plan.steps.map(\.cause))")
        guard case .nothingToDo = try await bench.deploy(.first).outcome else {
            Issue.record("something was done")
            return
        }
    }

    private static func update(_ bench: some EngineBench, _ strategy: Rollout.Strategy) async throws {
        var (old, new) = (Variant.first, Variant.second)
        (old.strategy, new.strategy) = (strategy, strategy)
        _ = try await bench.deploy(old)
        let tally = try await bench.underLoad {
            let report = try await bench.deploy(new)
            #expect(report.isSuccess)
        }
        #expect(tally.failures == 0 && tally.requests > 0, "\(tally.failures) of \(tally.requests) requests failed")
        #expect(tally.codes == ["one", "two"])
        #expect(await bench.request()?.code == "two")
        #expect(try await bench.census() == whole())
    }

    private static func recreate(_ bench: some EngineBench) async throws {
        var (old, new) = (Variant.first, Variant.second)
        (old.strategy, new.strategy) = (.recreate, .recreate)
        _ = try await bench.deploy(old)
        #expect(try await bench.deploy(new).isSuccess)
        #expect(await bench.request()?.code == "two")
        #expect(try await bench.census() == whole())
        #expect(try await bench.status().isHealthy)
    }

    private static func neverReady(_ bench: some EngineBench) async throws {
        _ = try await bench.deploy(.first)
        var bad = Variant.second
        bad.behaviour = .neverReady
        let tally = try await bench.underLoad {
            let report = try await bench.deploy(bad)
            #expect(report.failure?.code == .replicaFailed)
            #expect(report.release.number == 1)
        }
        #expect(tally.failures == 0 && tally.requests > 0, "\(tally.failures) of \(tally.requests) requests failed")
        #expect(tally.codes == ["one"])
        try await expectFirst(bench)
    }

    private static func crashing(_ bench: some EngineBench) async throws {
        _ = try await bench.deploy(.first)
        var bad = Variant.second
        bad.behaviour = .crashing
        let report = try await bench.deploy(bad)
        #expect(report.failure?.code == .replicaFailed)
        try await expectFirst(bench)
    }

    private static func expectFirst(_ bench: some EngineBench) async throws {
        let status = try await bench.status()
        #expect(status.isHealthy && status.release == 1, "\(status.drift)")
        #expect(try await bench.census() == whole())
        #expect(await bench.request()?.code == "one")
    }

    private static func rollback(_ bench: some EngineBench) async throws {
        _ = try await bench.deploy(.first)
        let before = try #require(await bench.request())
        let secrets = try bench.secrets()
        let now = Instant(milliseconds: 1)
        _ = try await secrets.stage(Variant.secret, of: bench.stack, at: now)
        _ = try await secrets.promote(Variant.secret.name, of: bench.stack, at: now)
        _ = try await bench.deploy(.second)
        let after = try #require(await bench.request())
        #expect(after.code != before.code && after.config != before.config && after.secret != before.secret)
        let tally = try await bench.underLoad {
            let report = try await bench.carryOut(.rollback(to: nil))
            #expect(report.isSuccess && report.release.number == 1)
        }
        #expect(tally.failures == 0, "\(tally.failures) of \(tally.requests) requests failed")
        #expect(await bench.request() == before)
        try await expectFirst(bench)
    }

    private static func scale(_ bench: some EngineBench) async throws {
        _ = try await bench.deploy(.first)
        let tally = try await bench.underLoad {
            for count in [4, 1] {
                let report = try await bench.carryOut(.scale(["api": count]))
                let census = try await bench.census()
                #expect(report.isSuccess && census == whole(count), "\(census)")
            }
        }
        #expect(tally.failures == 0 && tally.requests > 0, "\(tally.failures) of \(tally.requests) requests failed")
        #expect(try await bench.status().isHealthy)
    }

    private static func drift(_ bench: some EngineBench) async throws {
        _ = try await bench.deploy(.first)
        for service: ServiceName in ["api", "redis"] {
            try await bench.kill(ReplicaID(service, 1))
            try await Task.sleep(for: .milliseconds(200))
            let status = try await bench.status()
            #expect(status.drift.contains { $0.contains("\(service)-1") }, "\(status.drift)")
            #expect(try await bench.deploy(.first).isSuccess)
            try await expectFirst(bench)
        }
    }

    private static func pivot(_ bench: some EngineBench) async throws {
        _ = try await bench.deploy(.first)
        let process = try bench.boot { point, action in
            if case .confirm = action { point.moment == .afterOutcome } else { false }
        }
        #expect(await process.carryOut(.deploy(bench.declared(.second))).isDeath)
        #expect(try await bench.status().release == 2)
        var bad = Variant.first
        bad.behaviour = .neverReady
        let tally = try await bench.underLoad {
            let report = try await bench.deploy(bad)
            #expect(report.failure?.code == .replicaFailed && report.release.number == 2)
        }
        #expect(tally.failures == 0 && tally.requests > 0, "\(tally.failures) of \(tally.requests) requests failed")
        #expect(await bench.request()?.code == "two")
        let status = try await bench.status()
        #expect(status.isHealthy && status.release == 2, "\(status.drift)")
        #expect(try await bench.census() == whole())
        process.life.wake()
    }

    private static func stop(_ bench: some EngineBench) async throws {
        _ = try await bench.deploy(.first)
        #expect(try await bench.carryOut(.stop(["api"])).isSuccess)
        #expect(try await bench.census() == ["redis": 1, "edge": 1])
        var status = try await bench.status()
        #expect(status.stopped == ["api"] && status.drift == [], "\(status.drift)")
        try await bench.kill(ReplicaID("redis", 1))
        try await Task.sleep(for: .milliseconds(200))
        status = try await bench.status()
        #expect(status.drift.contains { $0.contains("redis-1") }, "\(status.drift)")
        #expect(try await bench.deploy(.first).isSuccess)
        try await expectFirst(bench)
    }

    private static func down(_ bench: some EngineBench, destroying: Bool) async throws {
        _ = try await bench.deploy(.first)
        try await bench.keep("ahoy")
        #expect(try await bench.carryOut(.down(destroyData: destroying)).isSuccess)
        #expect(try await bench.census() == [:])
        #expect(await bench.request() == nil)
        if destroying {
            #expect(try await bench.deploy(.first).isSuccess)
        } else {
            // The source of the release is still stored.
            #expect(try await bench.carryOut(.rollback(to: 1)).isSuccess)
        }
        #expect(try await bench.keptWord() == (destroying ? nil : "ahoy"))
    }
}

extension ChangeReport {
    var isSuccess: Bool { if case .succeeded = outcome { true } else { false } }
    /// The failure after which the stack went back to where it was.
    var failure: ReportableError? { if case .revertedAfter(let error) = outcome { error } else { nil } }
}
