import Basics
import Ledger
import StackModel
import TestKit
import Testing

@testable import Orchestration

@Suite("What status says")
struct StatusTests {
    @Test("a stack nobody deployed is not found")
    func unknown() async throws {
        try await Dockyard.with { yard in
            try await expect(.notFound) { () async throws(ReportableError) in
                try await StatusReader(yard.dependencies).read(Dockyard.shop)
            }
        }
    }

    @Test("after a deploy nothing differs; a dead replica and a surplus one do")
    func drift() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            let reader = StatusReader(yard.dependencies)
            #expect(try await reader.read(Dockyard.shop).isHealthy)
            yard.engine.kill(ReplicaID("api", 1), of: Dockyard.shop, trouble: "exited with code 9")
            #expect(
                try await reader.read(Dockyard.shop).drift == [
                    "api-1 is failing: exited with code 9", "api: 1 of 2 replicas run release 1",
                ]
            )
            #expect(try await yard.deploy(.app(), .edge("api")).isSuccess)
            #expect(try await reader.read(Dockyard.shop).isHealthy)
            yard.engine.change(Dockyard.shop) { world in
                guard var copy = world.replicas[ReplicaID("api", 2)] else { return }
                copy.id = ReplicaID("api", 9)
                world.replicas[copy.id] = copy
            }
            #expect(try await reader.read(Dockyard.shop).drift == ["api runs 3 replicas instead of 2"])
        }
    }

    @Test("a service that was stopped on purpose has no drift; another that dies has")
    func stoppedService() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .app("web"), .edge("api", "web"))
            let reader = StatusReader(yard.dependencies)
            try await yard.carryOut(.stop(["api"]))
            var status = try await reader.read(Dockyard.shop)
            #expect(status.stopped == ["api"] && status.drift == [] && !status.isHealthy)
            yard.engine.kill(ReplicaID("web", 1), of: Dockyard.shop)
            status = try await reader.read(Dockyard.shop)
            #expect(status.drift == ["web-1 is failing: exited with code 1", "web: 1 of 2 replicas run release 1"])
            try await yard.carryOut(.stop([]))
            #expect(try await reader.read(Dockyard.shop).stopped == ["api", "edge", "web"])
            try await yard.carryOut(.restart(["web"]))
            status = try await reader.read(Dockyard.shop)
            #expect(status.stopped == ["api", "edge"] && status.drift == [], "\(status.drift)")
        }
    }

    @Test("behind an edge that is scaled to nothing no traffic is missed")
    func edgeScaledToNothing() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            try await yard.carryOut(.scale(["edge": 0]))
            let status = try await StatusReader(yard.dependencies).read(Dockyard.shop)
            #expect(status.isHealthy, "\(status.drift)")
        }
    }

    @Test("an open operation whose process died is nobody's work")
    func dead() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            let plan = try await yard.deployer.propose(.restart([]), to: Dockyard.shop).plan
            for (boot, isGone) in [("boot", false), ("last boot", true)] {
                let (operation, epoch) = try await yard.ledger.begin(
                    plan,
                    actor: "ada@host",
                    owner: OwnerID(bootID: boot, processID: 1, startTicks: 1),
                    reason: "restart",
                    at: Instant(milliseconds: 1)
                )
                let status = try await StatusReader(yard.dependencies).read(Dockyard.shop)
                #expect(status.unfinished != nil && status.ownerIsGone == isGone)
                try await yard.ledger.finish(
                    operation.id,
                    as: .crashed,
                    failure: nil,
                    epoch: epoch,
                    at: Instant(milliseconds: 1)
                )
            }
        }
    }

    @Test("a stack that was stopped on purpose has no drift")
    func stopped() async throws {
        try await Dockyard.with { yard in
            try await yard.deploy(.app(), .edge("api"))
            try await yard.carryOut(.stop([]))
            let status = try await StatusReader(yard.dependencies).read(Dockyard.shop)
            #expect(status.stopped == ["api", "edge"] && status.drift == [] && !status.isHealthy)
            #expect(try await yard.deploy(.app(), .edge("api")).isSuccess)
            #expect(try await StatusReader(yard.dependencies).read(Dockyard.shop).isHealthy)
        }
    }

    @Test("steps are handed out as soon as what they wait for is done")
    func queue() {
        let steps = [(1, []), (2, []), (3, [1, 2]), (4, [1])].map { number, after in
            Step(number: number, action: .removeStack, cause: "", after: after, isPivot: number == 3)
        }
        var queue = StepQueue(steps)
        #expect([queue.next(), queue.next(), queue.next()].map { $0?.number } == [1, 2, nil])
        queue.finish(steps[0])
        #expect(queue.next()?.number == 4)
        #expect(queue.next() == nil && !queue.isBehindPivot)
        queue.finish(steps[1])
        #expect(queue.next()?.number == 3)
        queue.finish(steps[3])
        queue.finish(steps[2])
        #expect(queue.isEmpty && queue.isBehindPivot)
    }
}
