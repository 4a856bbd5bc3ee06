import Basics
import Ledger
import StackModel
import Synchronization
import TestKit
import Testing

@testable import Orchestration

@Suite("A service that is backed up at rest")
struct QuiescenceTests {
    private func rest(_ dock: Dockyard, after: [String]? = ["go", "on"]) -> Quiescence {
        Quiescence(
            quiesce: Quiesce(before: ["come", "to", "rest"], after: after),
            policy: "files",
            service: "api",
            stack: Dockyard.shop,
            dependencies: dock.dependencies
        )
    }

    private func rests(_ dock: Dockyard) async throws -> Int { try await dock.ledger.rests(of: Dockyard.shop).count }

    @Test("goes on when its files were read, when they were not, and when the work is interrupted")
    func goesOn() async throws {
        try await Dockyard.with { dock in
            try await dock.deploy(.app(), .edge("api"))
            let rest = rest(dock)
            #expect(try await rest.hold { () throws(ReportableError) in 1 } == 1)
            let failure = try await expect(.fileFailed) { () async throws(ReportableError) in
                try await rest.hold { () throws(ReportableError) in throw ReportableError(.fileFailed, "a disk") }
            }
            #expect(failure.message == "a disk")
            let work = Task {
                try await rest.hold { () async throws(ReportableError) in
                    while !Task.isCancelled { await Task.yield() }
                    throw ReportableError(.interrupted, "interrupted")
                }
            }
            while dock.engine.ran.count < 5 { await Task.yield() }
            work.cancel()
            _ = await work.result
            let both = ["api-1: come to rest", "api-1: go on"]
            #expect(dock.engine.ran == both + both + both)
            #expect(try await rests(dock) == 0)
        }
    }

    @Test("whose `before` fails is told to go on all the same, and the error has what was said")
    func before() async throws {
        try await Dockyard.with { dock in
            try await dock.deploy(.app(), .edge("api"))
            dock.engine.add(.programEnds("come to rest", status: 7))
            let rest = rest(dock)
            let failure = try await expect(.engineFailed) { () async throws(ReportableError) in
                try await rest.hold { () throws(ReportableError) in }
            }
            #expect(failure.message.contains("status 7") && failure.details == ["come to rest says so"])
            #expect(dock.engine.ran.last == "api-1: go on")
        }
    }

    @Test("is told on the replica that has taken the place of the one that was brought to rest")
    func replaced() async throws {
        try await Dockyard.with { dock in
            try await dock.deploy(.app(), .edge("api"))
            let engine = dock.engine
            try await rest(dock).hold { () throws(ReportableError) in
                engine.kill(ReplicaID("api", 1), of: Dockyard.shop)
            }
            #expect(engine.ran == ["api-1: come to rest", "api-2: go on"])
        }
    }

    @Test("that nobody could be told stays owed, and the next change pays")
    func owed() async throws {
        try await Dockyard.with { dock in
            try await dock.deploy(.app(replicas: 1), .edge("api"))
            let engine = dock.engine
            try await rest(dock).hold { () throws(ReportableError) in
                engine.kill(ReplicaID("api", 1), of: Dockyard.shop)
            }
            #expect(try await rests(dock) == 1)
            try await dock.deploy(.app(replicas: 1), .edge("api"))
            #expect(engine.ran.last?.hasSuffix(": go on") == true)
            #expect(try await rests(dock) == 0)
        }
    }

    @Test("is told in the words of the spec as it is by now, and a rest that began since stays owed")
    func mended() async throws {
        try await Dockyard.with { dock in
            let policy = BackupPolicy(
                name: "files",
                subject: .service("api"),
                schedule: "0 * * * *",
                keep: Retention(last: 2),
                stores: ["near"],
                quiesce: Quiesce(before: nil, after: ["wake", "up"])
            )
            let stack = Stack(
                name: Dockyard.shop.stack,
                environment: Dockyard.shop.environment,
                engine: .process,
                services: [.app(), .edge("api")],
                backups: [policy],
                stores: [Store(name: "near", location: .directory("/nowhere/near"))]
            )
            try await dock.carryOut(.deploy(DeclaredStack(stack: stack, text: "", directory: "/stacks/shop")))
            func left(_ moment: Int) -> Rest {
                Rest(
                    of: "api",
                    in: Dockyard.shop,
                    by: "files",
                    after: ["wkae", "up"],
                    timeout: .seconds(9),
                    since: Instant(milliseconds: moment)
                )
            }
            try await dock.ledger.beginRest(left(2))
            try await Awakening(dependencies: dock.dependencies).end(left(1))
            #expect(dock.engine.ran == ["api-1: wake up"])
            #expect(try await rests(dock) == 1)
            _ = await Awakening(dependencies: dock.dependencies).settle(Dockyard.shop)
            #expect(try await rests(dock) == 0)
        }
    }

    @Test("that a killed run has left so is woken by the next operation, but not while the run lives")
    func killed() async throws {
        try await Dockyard.with { dock in
            try await dock.deploy(.app(), .edge("api"))
            let left = Rest(
                of: "api",
                in: Dockyard.shop,
                by: "files",
                after: ["go", "on"],
                timeout: .seconds(9),
                since: Instant(milliseconds: 1)
            )
            let (alive, dead) = ("boot", "an earlier boot")
            try await dock.ledger.beginRest(left)
            for boot in [alive, dead] {
                let run = try await dock.ledger.beginBackup(
                    PolicyJob(.backup, by: "files", of: Dockyard.shop),
                    actor: "ada@host",
                    owner: OwnerID(bootID: boot, processID: 1, startTicks: 1),
                    isAlive: { $0.bootID == alive },
                    at: Instant(milliseconds: 1)
                )
                let told = await Awakening(dependencies: dock.dependencies).settle(Dockyard.shop)
                #expect(told.count == (boot == dead ? 1 : 0))
                if boot == alive {
                    let gone = ReportableError(.interrupted, "gone")
                    try await dock.ledger.failBackup(run.id, with: gone, at: run.startedAt)
                }
            }
            #expect(dock.engine.ran == ["api-1: go on"])
            #expect(try await rests(dock) == 0)
        }
    }

    @Test("whose `after` fails stays owed, and its next backup begins with that")
    func stubborn() async throws {
        try await Dockyard.with { dock in
            try await dock.deploy(.app(), .edge("api"))
            let rest = rest(dock)
            dock.engine.add(.programEnds("go on", status: 1))
            for _ in 1...2 {
                let failure = try await expect(.engineFailed) { () async throws(ReportableError) in
                    try await rest.hold { () throws(ReportableError) in }
                }
                #expect(failure.message.contains("status 1"))
            }
            #expect(dock.engine.ran == ["api-1: come to rest", "api-1: go on", "api-1: go on"])
            dock.engine.clearFaults()
            try await rest.hold { () throws(ReportableError) in }
            #expect(try await rests(dock) == 0)
        }
    }
}
