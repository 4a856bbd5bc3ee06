import Basics
import FoundationEssentials
import Interfaces
import Ledger
import Orchestration
import StackModel
import Synchronization
import TestKit

/// Simulated machines. A request is answered by what would answer it at that moment; under load one is sent after
/// every action.
final class FakeBench: EngineBench {
    let folder: String
    let port = 8080
    let world: FakeEngine
    private let watched: WatchedEngine
    private let words = Mutex<[String]>([])

    var engine: any Engine { watched }

    init() throws {
        folder = try TemporaryFolder.make(inMemory: true)
        world = FakeEngine()
        watched = WatchedEngine(base: world)
    }

    func request() async -> Answer? { watched.answer(on: world.world(of: stack)) }

    func load(_ tally: Tally) async {
        watched.watch { tally.add($0) }
        while !tally.isOver { try? await Task.sleep(for: .milliseconds(1)) }
        watched.watch(nil)
    }

    func kill(_ replica: ReplicaID) { world.kill(replica, of: stack) }

    func census() -> [ServiceName: Int] {
        let running = world.world(of: stack).replicas.values.filter { $0.state == .running }
        return Dictionary(grouping: running, by: \.id.service).mapValues(\.count)
    }

    func keep(_ word: String) { words.withLock { $0.append(word) } }

    func keptWord() -> String? { words.withLock { watched.lostData(of: "redis") ? nil : $0.last } }

    func tearDown() { TemporaryFolder.remove(folder) }
}

/// A fake engine that behaves as the app of the bench would, and looks at the world after every action.
final class WatchedEngine: Engine {
    private struct State {
        var answers: [ReplicaID: Answer] = [:]
        /// The name of the folder with a source.
        var codes: [Digest: String] = [:]
        var never: Set<Digest> = []
        var crashing: Set<Digest> = []
        var lost: Set<ServiceName> = []
        var watch: (@Sendable (Answer?) -> Void)?

        mutating func note(_ id: ReplicaID, _ revision: Digest, _ template: ReplicaTemplate) {
            let environment = template.environment.mapValues(\.source)
            answers[id] = Answer(
                code: template.source.flatMap { codes[$0] } ?? "",
                config: environment["CONFIG"] ?? "",
                secret: "version \(template.secrets[Variant.secret.name] ?? 0)"
            )
            switch environment["BEHAVIOUR"] {
            case "never-ready": never.insert(revision)
            case "crashing": crashing.insert(revision)
            default: break
            }
        }
    }

    private let base: FakeEngine
    private let state = Mutex(State())

    init(base: FakeEngine) {
        self.base = base
        base.add(
            .neverReady { [weak self] replica in self?.state.withLock { $0.never.contains(replica.revision) } ?? false }
        )
        base.add(
            .dies(
                { [weak self] replica in self?.state.withLock { $0.crashing.contains(replica.revision) } ?? false },
                afterActions: 3,
                trouble: "exited with code 1"
            )
        )
    }

    var kind: EngineKind { base.kind }

    func watch(_ call: (@Sendable (Answer?) -> Void)?) { state.withLock { $0.watch = call } }

    func lostData(of service: ServiceName) -> Bool { state.withLock { $0.lost.contains(service) } }

    /// What a request gets on these machines now.
    func answer(on world: SimulatedWorld) -> Answer? {
        let running = world.replicas.values.filter { $0.state == .running && $0.ready }.sorted { $0.id < $1.id }
        guard running.contains(where: { $0.id.service == "edge" }),
            let server = running.first(where: { $0.id.service == "api" && $0.traffic == .admitted })
        else { return nil }
        return state.withLock { $0.answers[server.id] }
    }

    func perform(_ action: Action, with inputs: StepInputs) async throws(ReportableError) {
        if case .startReplica(let id, let revision) = action, let template = inputs.template {
            state.withLock { $0.note(id, revision, template) }
        }
        if case .removeVolume(let service) = action { _ = state.withLock { $0.lost.insert(service) } }
        try await base.perform(action, with: inputs)
        if let watch = state.withLock({ $0.watch }) { watch(answer(on: base.world(of: inputs.stack))) }
    }

    func addresses(for stack: Stack) async throws(ReportableError) -> AddressBook {
        try await base.addresses(for: stack)
    }

    func digest(ofSource directory: String) async throws(ReportableError) -> Digest {
        let digest = try await base.digest(ofSource: directory)
        state.withLock { $0.codes[digest] = directory.split(separator: "/").last.map(String.init) }
        return digest
    }

    func storedSource(_ digest: Digest, of stack: StackID) async throws(ReportableError) -> String {
        try await base.storedSource(digest, of: stack)
    }

    func preflight(_ template: ReplicaTemplate, in stack: StackID) async throws(ReportableError) -> [String] {
        try await base.preflight(template, in: stack)
    }

    func observe(_ stack: StackID, _ depth: ObservationDepth) async throws(ReportableError) -> Observation {
        try await base.observe(stack, depth)
    }

    func logs(_ stack: StackID, _ query: LogQuery) -> AsyncThrowingStream<LogLine, any Error> {
        base.logs(stack, query)
    }

    func execute(
        _ command: [String],
        in replica: ReplicaID,
        of stack: StackID
    ) async throws(ReportableError) -> Int32 {
        try await base.execute(command, in: replica, of: stack)
    }

    func run(_ command: [String], beside replica: ReplicaID, of stack: StackID, within time: TimeSpan)
        async throws(ReportableError) -> CommandResult
    {
        try await base.run(command, beside: replica, of: stack, within: time)
    }

    func dataAccess(of service: ServiceName, in stack: StackID) async throws(ReportableError) -> DataAccess {
        try await base.dataAccess(of: service, in: stack)
    }

    func dataPlace(of template: ReplicaTemplate, in stack: StackID) async throws(ReportableError) -> DataPlace {
        try await base.dataPlace(of: template, in: stack)
    }
}
