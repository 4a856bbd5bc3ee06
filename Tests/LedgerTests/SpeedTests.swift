import Basics
import FoundationEssentials
import Ledger
import StackModel
import Testing

@Suite("The speed of the ledger", .serialized)
struct SpeedTests {
    @Test("opening and the summary stay fast with 200 releases and 500 operations")
    func status() async throws {
        // Built in memory-backed storage, because 500 operations are thousands of flushes; read from the disk.
        try await Folder.with(in: "/dev/shm") { memory in
            let ledger = try Ledger(path: memory.ledger)
            for number in 1...200 { _ = try await ledger.record("release \(number)") }
            for number in 1...500 {
                try await ledger.succeed(Samples.plan(release: number % 200 + 1, replicas: 6))
            }
            try await Folder.with { folder in
                try FileManager.default.copyItem(atPath: memory.ledger, toPath: folder.ledger)
                try await measure(folder)
            }
        }
    }

    private func measure(_ folder: Folder) async throws {
        let clock = ContinuousClock()
        var opening: [Duration] = []
        var summary: [Duration] = []
        for _ in 1...20 {
            let start = clock.now
            let ledger = try Ledger(path: folder.ledger)
            let opened = clock.now
            let last = try await ledger.summary(of: Samples.shop).lastOperation
            summary.append(clock.now - opened)
            opening.append(opened - start)
            #expect(last?.state == .succeeded)
        }
        let ledger = try Ledger(path: folder.ledger)
        let verifying = try await clock.measure {
            let report = try await ledger.verifyChain()
            #expect(report.isIntact)
        }
        let (open, read) = (opening.sorted()[10], summary.sorted()[10])
        print(
            "ledger: open \(open), summary \(read) (medians of 20, debug build), chain of 500 operations \(verifying)"
        )
        // A whole cold `slipway status` may take 20 ms in release mode; this is a debug build on a busy machine.
        #expect(open + read < .milliseconds(100))
    }

    @Test("a journal write is a few flushes of the disk, not more")
    func commit() async throws {
        try await Folder.with { folder in
            let ledger = try Ledger(path: folder.ledger)
            let (operation, epoch) = try await ledger.begin(Samples.plan(replicas: 50))
            let elapsed = try await ContinuousClock().measure {
                for step in 1...100 {
                    try await ledger.recordIntent(of: step, in: operation.id, epoch: epoch, at: Samples.now)
                }
            }
            print("ledger: \(elapsed / 100) per durable intent")
            #expect(elapsed / 100 < .milliseconds(100))
        }
    }
}
