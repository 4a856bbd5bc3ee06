import Basics
import Ledger
import StackModel
import Synchronization
import TestKit
import Testing

@testable import Orchestration

@Suite("Restoring data")
struct RestoreTests {
    private let cause = ReportableError(.replicaFailed, "redis-1 exited with code 1", details: ["Bad file format"])

    /// The cache runs, and data lies prepared beside its own.
    private func prepare(_ yard: Dockyard) async throws {
        try await yard.deploy(.app(), .redis, .edge("api"))
        yard.engine.change(Dockyard.shop) { $0.beside["redis"] = ["r1"] }
    }

    private func restored(_ yard: Dockyard) -> RestorationName? {
        yard.engine.world(of: Dockyard.shop).restored["redis"]
    }

    @Test("puts it in place and undoes that, and keeps the release")
    func restore() async throws {
        try await Dockyard.with { yard in
            try await prepare(yard)
            #expect(try await yard.carryOut(.restore(["redis": .restored("r1")])).isSuccess)
            #expect(restored(yard) == "r1")
            #expect(try await yard.currentRelease() == 1)
            #expect(try await yard.carryOut(.restore(["redis": .before("r1")])).isSuccess)
            #expect(restored(yard) == nil)
            #expect(
                try await yard.history() == ["deploy succeeded", "restore succeeded", "restore succeeded"]
            )
        }
    }

    @Test("that is not served goes back to the data from before, and says why")
    func failure() async throws {
        for moment in ["awaitReady", "confirm"] {
            try await Dockyard.with { yard in
                try await prepare(yard)
                yard.engine.add(
                    .fails(
                        {
                            switch $0 {
                            case .awaitReady: moment == "awaitReady"
                            case .confirm: moment == "confirm"
                            default: false
                            }
                        },
                        cause,
                        times: 1
                    )
                )
                let report = try await yard.carryOut(.restore(["redis": .restored("r1")]))
                #expect(report.failure == cause)
                #expect(restored(yard) == nil)
                #expect(yard.engine.world(of: Dockyard.shop).takesRequests("redis"))
                #expect(
                    try await yard.history() == ["deploy succeeded", "restore failed", "restore succeeded"]
                )
                let last = try await yard.ledger.operations(of: Dockyard.shop, limit: 1).first
                #expect(last?.reason == "put the data back after a failure")
            }
        }
    }

    @Test("that died anywhere is completed by the same command, or left behind by a deploy", arguments: 1...5)
    func death(in action: Int) async throws {
        for (repeats, moment) in [(true, Fault.Moment.before), (true, .after), (false, .before), (false, .after)] {
            try await Dockyard.with { yard in
                try await prepare(yard)
                yard.engine.revive()
                yard.engine.add(.crashes(inAction: action, moment))
                await #expect(throws: ReportableError.self) {
                    try await yard.carryOut(.restore(["redis": .restored("r1")]))
                }
                yard.engine.revive()
                let change: Change =
                    repeats
                    ? .restore(["redis": .restored("r1")])
                    : Dockyard.deployment([.app(), .redis, .edge("api")])
                _ = try await yard.carryOut(change)
                #expect(yard.engine.world(of: Dockyard.shop).takesRequests("redis"))
                // The second action is the swap; a deploy takes the data as it finds it.
                let isSwapped = repeats || action > 2 || action == 2 && moment == .after
                #expect(restored(yard) == (isSwapped ? "r1" : nil))
                let world = yard.engine.world(of: Dockyard.shop)
                #expect(world.volumes.contains("redis"))
                #expect((isSwapped ? world.observation.kept : world.observation.prepared) == ["redis": ["r1"]])
            }
        }
    }

    @Test("of two services that fails takes back only what it has swapped itself")
    func untouched() async throws {
        try await Dockyard.with { yard in
            try await prepare(yard)
            #expect(try await yard.carryOut(.restore(["redis": .restored("r1")])).isSuccess)
            // It has that data, and does not answer just now.
            yard.engine.change(Dockyard.shop) { $0.replicas[ReplicaID("redis", 1)]?.ready = false }
            yard.engine.add(.fails({ if case .awaitReady = $0 { true } else { false } }, cause, times: 1))
            await #expect(throws: ReportableError.self) {
                try await yard.carryOut(.restore(["redis": .restored("r1")]))
            }
            #expect(restored(yard) == "r1")
        }
    }

    @Test("prepares under the lock before anything stops, and takes that away when it came to nothing")
    func preparation() async throws {
        for isServed in [true, false] {
            try await Dockyard.with { yard in
                try await yard.deploy(.app(), .redis, .edge("api"))
                if !isServed { yard.engine.add(.neverReady { $0.id.service == "redis" && $0.release == 1 }) }
                let engine = yard.engine
                let discards = Mutex(0)
                let lock = "\(yard.folder)/lock"
                let preparation = Preparation(
                    prepare: { (note) async throws(ReportableError) in
                        #expect(throws: ReportableError.self) { try StackLock.check(lock) }
                        #expect(engine.world(of: Dockyard.shop).takesRequests("redis"))
                        note("loading")
                        engine.change(Dockyard.shop) { $0.beside["redis"] = ["r1"] }
                    },
                    discard: { discards.withLock { $0 += 1 } }
                )
                let change = Change.restore(["redis": .restored("r1")])
                let proposal = try await yard.deployer.propose(change, to: Dockyard.shop, preparing: true)
                #expect(proposal.plan.steps.contains { $0.action == .swapIn("redis", "r1") })
                let report = try? await yard.deployer.carryOut(
                    proposal,
                    acceptingChanges: false,
                    preparing: preparation
                )
                #expect((report?.isSuccess ?? false) == isServed)
                #expect(discards.withLock { $0 } == (isServed ? 0 : 1))
            }
        }
    }
}
