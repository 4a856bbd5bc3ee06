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
                    group.addTask { for _ in 1...200 { try await interrupt(StackID(name, "local"), in: ledger) } }
                }
                try await group.waitForAll()
            }
            let elapsed = clock.now - start
            let ledger = try Ledger(path: folder.ledger)
            for stack in try await ledger.stacks() {
                let operations = try await ledger.operations(of: stack, limit: 1000)
                #expect(operations.count == 200 && operations.allSatisfy { $0.state == .interrupted })
            }
            let report = try await ledger.verifyChain()
            #expect(report.isIntact && report.length == 2 * 200 * 3)
            #expect(try folder.integrity() == ["ok"])
            print("ledger: 2 writers, \(report.length) durable transactions in \(elapsed)")
        }
    }

    private func interrupt(_ stack: StackID, in ledger: Ledger) async throws {
        let (operation, epoch) = try await ledger.begin(Samples.plan(of: stack))
        try await ledger.recordIntent(of: 1, in: operation.id, epoch: epoch, at: Samples.now)
        try await ledger.finish(
            operation.id,
            as: .interrupted,
            failure: nil,
            epoch: epoch,
            at: Samples.now
        )
    }

    @Test(
        "kill -9 at any moment loses nothing that was acknowledged and leaves the file whole",
        .disabled(if: CrashingWriter.isChild, "the writer that is to be killed starts no writers of its own")
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

    @Test(
        "kill -9 at each flush of the disk, from the creation of the file on, leaves it whole",
        DurabilityTests.straced
    )
    func killedAtFlush() async throws {
        for flush in 1...24 {
            try await Folder.with { folder in
                try await CrashingWriter.run(injecting: "fsync,fdatasync:signal=KILL:when=\(flush)", in: folder)
                try await check(folder, CrashingWriter.acknowledged(in: folder))
            }
        }
        print("ledger: killed at each of 24 flushes, none lost")
    }

    @Test(
        "a disk that reports an error is named, and nothing is half written",
        DurabilityTests.straced,
        arguments: ["pwrite64:error=EIO:when=60", "fdatasync:error=EIO:when=20", "pwrite64:error=ENOSPC:when=60"]
    )
    func failingDisk(fault: String) async throws {
        try await Folder.with { folder in
            try await CrashingWriter.run(injecting: fault, in: folder)
            let output = try CrashingWriter.output(in: folder)
            let reason = fault.contains("ENOSPC") ? "the disk is full" : "the disk reports an input/output error"
            #expect(output.contains("cannot use the ledger \(folder.ledger): \(reason)"), "\(output)")
            try await check(folder, CrashingWriter.acknowledged(in: folder))
        }
    }

    static var straced: ConditionTrait {
        .disabled(
            if: CrashingWriter.isChild || access(CrashingWriter.strace, X_OK) != 0,
            "needs strace; and the writer that is to be killed starts no writers of its own"
        )
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
                epoch: epoch,
                at: Samples.now
            )
        }
    }

    @Test("the writer that is killed", .enabled(if: CrashingWriter.isChild, "only another test starts it"))
    func writer() async throws {
        try await CrashingWriter.run()
    }
}
