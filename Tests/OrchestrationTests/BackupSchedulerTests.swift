import Basics
import Ledger
import Orchestration
import StackModel
import TestKit
import Testing

@Suite("What is due of backups")
struct BackupSchedulerTests {
    private let yard = BackupYard(["near": MemoryStore()])
    /// A Tuesday, 22:13:20 UTC.
    private static let start = 1_700_000_000_000

    private func scheduler(_ dock: Dockyard, minutes: Int) -> BackupScheduler {
        let now = Instant(milliseconds: Self.start + minutes * 60_000)
        return BackupScheduler(dock.dependencies.at(now))
    }

    @Test("is begun once for each due time, sets and proofs on their own")
    func once() async throws {
        try await Dockyard.with { dock in
            try await yard.deploy(["daily"], to: ["near"], in: dock)
            #expect(try await scheduler(dock, minutes: 0).stacks() == [Dockyard.shop])
            #expect(try await scheduler(dock, minutes: 0).look(at: Dockyard.shop) == [])
            let proofs = try await scheduler(dock, minutes: 20).look(at: Dockyard.shop)
            #expect(proofs.map(\.kind) == [.prove])
            #expect(try await scheduler(dock, minutes: 21).look(at: Dockyard.shop) == [])
            let sets = try await scheduler(dock, minutes: 50).look(at: Dockyard.shop)
            #expect(sets.map(\.kind) == [.backup])
            // 23:00.
            #expect(sets.first?.due == Instant(milliseconds: Self.start + 2800 * 1000))
        }
    }

    @Test("and was missed is made up for once, and the rest recorded as skipped")
    func missed() async throws {
        try await Dockyard.with { dock in
            try await yard.deploy(["daily"], to: ["near"], in: dock)
            _ = try await scheduler(dock, minutes: 0).look(at: Dockyard.shop)
            let begun = try await scheduler(dock, minutes: 5 * 60).look(at: Dockyard.shop)
            #expect(begun.map(\.kind).sorted { $0.rawValue < $1.rawValue } == [.backup, .prove])
            let job = PolicyJob(.backup, by: "daily", of: Dockyard.shop)
            #expect(try await dock.ledger.skippedBackups(of: job, limit: 9).map(\.count) == [4])
            #expect(try await dock.ledger.skippedBackups(of: job, limit: 9).map(\.reason) == [.superseded])
        }
    }

    @Test("ends with the stack")
    func down() async throws {
        try await Dockyard.with { dock in
            try await yard.deploy(["daily"], to: ["near"], in: dock)
            try await dock.carryOut(.down(destroyData: false))
            #expect(try await scheduler(dock, minutes: 0).stacks() == [])
        }
    }
}

extension Dependencies {
    /// The same at another time.
    func at(_ now: Instant) -> Dependencies {
        Dependencies(
            ledger: ledger,
            secrets: secrets,
            engine: engine,
            certificates: certificates,
            lockFile: lockFile,
            now: { now },
            owner: owner,
            isAlive: isAlive,
            actor: actor
        )
    }
}
