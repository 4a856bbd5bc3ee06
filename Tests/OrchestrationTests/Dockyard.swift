import Basics
import FoundationEssentials
import Glibc
import Interfaces
import Orchestration
import StackModel
import Synchronization
import TestKit
import Testing

@testable import Ledger

/// A stack on simulated machines with a ledger of its own, gone after the test.
struct Dockyard {
    let engine: FakeEngine
    let ledger: Ledger
    /// The folder of the ledger and of the stack's lock.
    let folder: String
    let events = Events()
    /// Stands between the use cases and the machines, where a test wants that.
    var door: (any Engine)?
    var faultPoint: @Sendable (FaultPoint) async -> Void = { _ in }
    var certificates = FakeCertificates()

    static let shop = StackID("shop", "local")

    static func with(
        latency: @escaping @Sendable (Action) -> Duration = { _ in .zero },
        _ body: (inout Dockyard) async throws -> Void
    ) async throws {
        var name = Array("/tmp/slipway-orchestration-XXXXXX".utf8CString)
        try #require(mkdtemp(&name) != nil)
        let folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var yard = Dockyard(
            engine: FakeEngine(volumes: "\(folder)/volumes", latency: latency),
            ledger: try Ledger(path: "\(folder)/ledger"),
            folder: folder
        )
        try await body(&yard)
    }

    var dependencies: Dependencies {
        let (ledger, folder) = (ledger, folder)
        let engine: any Engine = door ?? engine
        return Dependencies(
            ledger: ledger,
            secrets: SecretStore(ledger: ledger, key: MasterKey(bytes: Array(1...32))),
            engine: { _ in engine },
            certificates: certificates,
            lockFile: { _ in "\(folder)/lock" },
            now: { Instant(milliseconds: 1_700_000_000_000) },
            owner: OwnerID(bootID: "boot", processID: 4711, startTicks: 1),
            isAlive: { $0.bootID == "boot" },
            actor: "ada@host",
            faultPoint: faultPoint
        )
    }

    var deployer: Deployer { Deployer(dependencies) { [events] in events.add($0) } }

    @discardableResult
    func carryOut(_ change: Change, retryCrashed: Bool = false) async throws(ReportableError) -> ChangeReport {
        let proposal = try await deployer.propose(change, to: Self.shop)
        return try await deployer.carryOut(proposal, acceptingChanges: true, retryCrashed: retryCrashed)
    }

    @discardableResult
    func deploy(_ services: Service...) async throws(ReportableError) -> ChangeReport {
        try await carryOut(Self.deployment(services))
    }

    static func deployment(_ services: [Service]) -> Change {
        let stack = Stack(name: shop.stack, environment: shop.environment, engine: .process, services: services)
        return .deploy(DeclaredStack(stack: stack, text: "", directory: "/stacks/shop"))
    }

    /// Purposes and ends of all operations, oldest first.
    func history() async throws -> [String] {
        try await ledger.operations(of: Self.shop, limit: 100).reversed().map { "\($0.plan.purpose) \($0.state)" }
    }

    func currentRelease() async throws -> Int? { try await ledger.currentRelease(of: Self.shop)?.number }

    /// What a later command finds when this process dies now: its operation closed as crashed.
    func abandon() async {
        do {
            let dead = try #require(try await ledger.activeOperation(of: Self.shop))
            let now = Instant(milliseconds: 1_700_000_000_000)
            let epoch = try await ledger.takeOver(dead.id, by: dead.owner, at: now)
            try await ledger.finish(dead.id, as: .crashed, failure: nil, epoch: epoch, at: now)
        } catch {
            Issue.record(error)
        }
    }

    var replicas: [String] { engine.world(of: Self.shop).replicas.keys.sorted().map(\.description) }
}

extension Service {
    /// An app of two replicas behind `edge`, whose version makes its replicas differ.
    static func app(
        _ name: ServiceName = "api",
        version: Int = 1,
        replicas: Int = 2,
        rollout: Rollout = Rollout(),
        optional: Bool = false,
        source: String? = nil
    ) -> Service {
        let app = App(source: source, command: ["serve", "\(.port)"], port: 8000, env: ["VERSION": "\(version)"])
        return Service(name: name, kind: .app(app), replicas: replicas, rollout: rollout, optional: optional)
    }

    static let redis = Service(name: "redis", kind: .redis(Redis(persistence: [.aof])))

    static func edge(_ targets: ServiceName...) -> Service {
        Service(
            name: "edge",
            kind: .edge(Edge(listen: 8080, routes: targets.map { Route(path: "/\($0)", service: $0) }))
        )
    }
}

/// What was told to the person who waits.
final class Events: Sendable {
    private let list = Mutex<[ProgressEvent]>([])
    private let call = Mutex<(@Sendable () -> Void)?>(nil)

    func add(_ event: ProgressEvent) {
        list.withLock { $0.append(event) }
        if case .stepEnded(_, .failed, _) = event { call.withLock { $0 }?() }
    }

    /// Calls this when a step has failed.
    func onFailure(_ body: @escaping @Sendable () -> Void) { call.withLock { $0 = body } }

    /// How steps failed.
    var failures: [ReportableError] {
        list.withLock { events in
            events.compactMap { if case .stepEnded(_, .failed(let error), _) = $0 { error } else { nil } }
        }
    }

    var revertCount: Int { list.withLock { $0.count { if case .reverting = $0 { true } else { false } } } }
}

extension ChangeReport {
    /// The failure after which the stack went back to where it was.
    var failure: ReportableError? { if case .revertedAfter(let error) = outcome { error } else { nil } }

    var isSuccess: Bool { if case .succeeded = outcome { true } else { false } }
    var isNothing: Bool { if case .nothingToDo = outcome { true } else { false } }
}

/// Fails a test unless an error of this kind is thrown; returns it.
@discardableResult
func expect<Value>(
    _ code: ErrorCode,
    sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ body: () async throws(ReportableError) -> Value
) async throws -> ReportableError {
    do throws(ReportableError) {
        _ = try await body()
    } catch {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        return error
    }
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    throw ReportableError(.broken, "nothing was thrown")
}
