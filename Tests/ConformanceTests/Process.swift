import Basics
import FoundationEssentials
import Interfaces
import Ledger
import Orchestration
import StackModel
import TestKit

/// One run of slipway inside the test's own process, with everything a real one has for itself: its owner, its
/// connection to the ledger, its lock. It can be made to die at a moment: from then on nothing of it goes on.
///
/// A lock goes with a real process; here each has a file of its own instead, so that the dead hold nobody up.
struct Process: Sendable {
    enum Ending: Sendable {
        case done(ChangeReport)
        case failed(ReportableError)
        case died
    }

    let dependencies: Dependencies
    let life: Life
    private let stack: StackID

    init(bench: some EngineBench, dyingAt wanted: @escaping @Sendable (FaultPoint, Action) -> Bool) throws {
        let life = Life(dyingAt: wanted)
        let ledger = try Ledger(path: bench.ledgerPath)
        let engine = MortalEngine(base: bench.engine, life: life)
        let (keyPath, lock) = (bench.keyPath, "\(bench.folder)/lock-\(life.number)")
        self.life = life
        self.stack = bench.stack
        self.dependencies = Dependencies(
            ledger: ledger,
            secrets: SecretStore(ledger: ledger, keyPath: keyPath),
            engine: { _ in engine },
            certificates: FakeCertificates(),
            lockFile: { _ in lock },
            now: { Instant(milliseconds: Int(Date().timeIntervalSince1970 * 1000)) },
            owner: OwnerID(bootID: "conformance", processID: life.number, startTicks: 1),
            isAlive: { _ in false },
            actor: "test@bench",
            faultPoint: { await life.pass($0) }
        )
    }

    /// Returns when the change has ended, or when this process has died and nothing of it moves any more.
    func carryOut(_ change: Change, retryCrashed: Bool = false) async -> Ending {
        let (endings, sender) = AsyncStream.makeStream(of: Ending.self)
        life.whenAtRest { sender.yield(.died) }
        Task {
            sender.yield(await ending(of: change, retryCrashed: retryCrashed))
            life.end()
            sender.finish()
        }
        for await ending in endings { return ending }
        return .died
    }

    private func ending(of change: Change, retryCrashed: Bool) async -> Ending {
        let life = life
        let deployer = Deployer(dependencies) { if case .began(let plan, _) = $0 { life.follow(plan) } }
        do throws(ReportableError) {
            let proposal = try await deployer.propose(change, to: stack)
            return .done(try await deployer.carryOut(proposal, acceptingChanges: true, retryCrashed: retryCrashed))
        } catch {
            return .failed(error)
        }
    }
}

extension Process.Ending {
    var isDeath: Bool { if case .died = self { true } else { false } }

    /// The report of a change that was meant to end by itself.
    func get() throws -> ChangeReport {
        switch self {
        case .done(let report): return report
        case .failed(let error): throw error
        case .died: throw ReportableError(.broken, "the process died where it should not")
        }
    }
}
