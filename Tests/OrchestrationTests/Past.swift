import Basics
import StackModel
import TestKit

@testable import Ledger
@testable import Orchestration

/// The ledger of a stack to which things have happened; nothing runs.
struct Past {
    static let stack = StackID("shop", "local")
    static let start = Instant(milliseconds: 1_700_000_000_000)
    static let key = MasterKey(bytes: Array(1...32))
    static let owner = OwnerID(bootID: "boot", processID: 4711, startTicks: 12)

    let ledger: Ledger
    let dependencies: Dependencies

    init() throws {
        let ledger = try Ledger.inMemory()
        self.ledger = ledger
        self.dependencies = Dependencies(
            ledger: ledger,
            secrets: SecretStore(ledger: ledger, keyPath: "/no/keys/here"),
            engine: { (_) throws(ReportableError) in throw ReportableError(.broken, "no engine here") },
            certificates: FakeCertificates(),
            lockFile: { (_) throws(ReportableError) in throw ReportableError(.broken, "no lock here") },
            now: { Instant(milliseconds: Self.start.milliseconds + 12_000) },
            owner: Self.owner,
            isAlive: { _ in true },
            actor: "ada@host"
        )
    }

    /// Records a release of which every text runs something else, and returns its number.
    func record(_ text: String) async throws -> Int {
        let stack = Stack(name: Self.stack.stack, environment: Self.stack.environment, engine: .process, services: [])
        let templates: [ServiceName: ReplicaTemplate] = [
            "api": ReplicaTemplate(service: "api", kind: "app", command: [Template(text)])
        ]
        let contents = Release.Contents(stack: stack, spec: text, addresses: [:], secrets: [:], templates: templates)
        return try await ledger.record(contents, by: "ada@host", reason: "deploy", at: Self.start).number
    }

    func deploy(_ text: String) async throws { try await succeed(.deploy, to: try await record(text)) }

    func succeed(_ purpose: Plan.Purpose, to release: Int) async throws {
        let running = try await begin(purpose, to: release)
        try await end(running, as: .succeeded)
    }

    @discardableResult
    func begin(_ purpose: Plan.Purpose, to release: Int, steps: [Step] = []) async throws -> (id: Int, epoch: Int) {
        let plan = Plan(
            purpose: purpose,
            stack: Self.stack,
            release: release,
            releaseDigest: Digest(of: "release \(release)"),
            basis: Digest(of: "world"),
            steps: steps
        )
        let begun = try await ledger.begin(plan, actor: "ada@host", owner: Self.owner, reason: "test", at: Self.start)
        return (begun.operation.id, begun.epoch)
    }

    func end(
        _ operation: (id: Int, epoch: Int),
        as state: Operation.State,
        failure: ReportableError? = nil
    ) async throws {
        try await ledger.finish(
            operation.id,
            as: state,
            failure: failure,
            epoch: operation.epoch,
            at: Self.start
        )
    }

    /// The release that `slipway rollback` would lead to now.
    func goal() async throws -> Int? {
        let current = try await ledger.currentRelease(of: Self.stack)
        let basis = try await Basis.find(
            for: .rollback(to: nil),
            of: Self.stack,
            current: current,
            in: dependencies
        )
        guard case .release(let release) = basis else { return nil }
        return release.number
    }
}
