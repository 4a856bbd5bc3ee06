import Basics
import FoundationEssentials
import GRDB
import Glibc
import Ledger
import StackModel
import Testing

@Suite("What is recorded stays recorded", .serialized)
struct DurabilityTests {
    @Test("each write is in the file for another connection when the call returns")
    func visible() async throws {
        try await Folder.with { folder in
            let (writer, reader) = (try Ledger(path: folder.ledger), try Ledger(path: folder.ledger))
            let (operation, epoch) = try await writer.begin()
            #expect(try await reader.activeOperation(of: Samples.shop) == operation)
            try await writer.recordIntent(of: 1, in: operation.id, epoch: epoch, at: Samples.now)
            #expect(try await reader.steps(of: operation.id).first?.state == .begun)
            try await writer.recordOutcome(.succeeded, of: 1, in: operation.id, epoch: epoch, at: Samples.now)
            #expect(try await reader.steps(of: operation.id).first?.state == .succeeded)
            #expect(try folder.integrity() == ["ok"])
        }
    }

    @Test("two ledgers on one file write 200 operations each at the same time")
    func concurrent() async throws {
        try await Folder.with { folder in
            let clock = ContinuousClock()
            let start = clock.now
            try await withThrowingTaskGroup { group in
                for name in ["shop", "blog"] as [StackName] {
                    let ledger = try Ledger(path: folder.ledger)
                    let stack = StackID(name, "local")
                    _ = try await ledger.record(of: stack)
                    group.addTask { for _ in 1...200 { try await ledger.succeed(Samples.plan(of: stack)) } }
                }
                try await group.waitForAll()
            }
            let elapsed = clock.now - start
            let ledger = try Ledger(path: folder.ledger)
            for stack in try await ledger.stacks() {
                let operations = try await ledger.operations(of: stack, limit: 1000)
                #expect(operations.count == 200 && operations.allSatisfy { $0.state == .succeeded })
            }
            let report = try await ledger.verifyChain()
            #expect(report.isIntact && report.length == 2 + 2 * 200 * 6)
            #expect(try folder.integrity() == ["ok"])
            print("ledger: 2 writers, \(report.length) durable transactions in \(elapsed)")
        }
    }

    @Test(
        "kill -9 at any moment loses nothing that was acknowledged and leaves the file whole",
        .disabled(if: CrashingWriter.isChild)
    )
    func killed() async throws {
        try await Folder.with { folder in
            var acknowledged = 0
            for round in 1...10 {
                // Let it get somewhere, elsewhere in each round; then kill it in the middle of whatever it does.
                try await CrashingWriter.runAndKill(after: acknowledged + 5 + round * 3, in: folder)
                acknowledged = try CrashingWriter.acknowledged(in: folder)
                try await check(folder, acknowledged)
            }
            print("ledger: 10 kills -9, \(acknowledged) acknowledged writes, none lost")
        }
    }

    private func check(_ folder: Folder, _ acknowledged: Int) async throws {
        let ledger = try Ledger(path: folder.ledger)
        let report = try await ledger.verifyChain()
        #expect(report.isIntact, "\(report.faults)")
        #expect(report.length >= acknowledged)
        #expect(try folder.integrity() == ["ok"])
        // Nobody unlocks anything: the next writer takes over at once.
        if let active = try await ledger.activeOperation(of: Samples.shop) {
            let epoch = try await ledger.takeOver(active.id, by: Samples.owner, at: Samples.now)
            try await ledger.finish(
                active.id,
                as: .crashed,
                failure: nil,
                pointer: .none,
                epoch: epoch,
                at: Samples.now
            )
        }
    }

    @Test("the writer that is killed", .enabled(if: CrashingWriter.isChild))
    func writer() async throws {
        try await CrashingWriter.run()
    }
}
