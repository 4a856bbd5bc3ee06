import Basics
import Interfaces
import StackModel
import Synchronization

/// An engine over simulated machines, one `SimulatedWorld` for each stack. It refuses what would harm a real machine,
/// goes wrong as told by its faults, and tells what was done to it. Safe to use from several tasks.
///
/// Its worlds outlive `crash`: revive the engine, or make a new one with `world(of:)`, to see what a later process of
/// slipway would find.
package final class FakeEngine: Engine {
    package let kind: EngineKind
    private let state = Mutex(FakeMachines())
    private let latency: @Sendable (Action) -> Duration
    private let clock: any Clock<Duration>

    private let volumes: String

    /// - Parameters:
    ///   - volumes: the folder that data lies in.
    ///   - latency: how long each action takes, measured by `clock`.
    package init(
        kind: EngineKind = .process,
        volumes: String = "/nowhere/volumes",
        latency: @escaping @Sendable (Action) -> Duration = { _ in .zero },
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.kind = kind
        self.volumes = volumes
        self.latency = latency
        self.clock = clock
    }

    /// What every call throws once the process of slipway has died by a fault.
    package static let crash = ReportableError(.broken, "slipway was killed here, as this test wanted")

    // MARK: - Engine

    /// Ports from 20000 in the order of the names; an edge has the port it listens on.
    package func addresses(for stack: Stack) async throws(ReportableError) -> AddressBook {
        var book: AddressBook = [:]
        for (index, service) in stack.services.enumerated() {
            var port = 20_000 + index
            if case .edge(let edge) = service.kind { port = edge.listen }
            book[service.name] = Address(host: "127.0.0.1", port: port)
        }
        return book
    }

    /// A digest of the path.
    package func digest(ofSource directory: String) async throws(ReportableError) -> Digest { Digest(of: directory) }

    /// These machines keep no copies.
    package func storedSource(_ digest: Digest, of stack: StackID) async throws(ReportableError) -> String {
        throw ReportableError(.notFound, "the source \(digest.short) of \(stack) is not stored")
    }

    package func preflight(
        _ template: ReplicaTemplate,
        in stack: StackID
    ) async throws(ReportableError) -> [String] { [] }

    package func observe(
        _ stack: StackID,
        _ depth: ObservationDepth
    ) async throws(ReportableError) -> Observation {
        try locked { state throws(ReportableError) in
            guard !state.isDead else { throw FakeEngine.crash }
            for (index, fault) in state.faults.enumerated() {
                guard case .cannotObserve(let error, let times) = fault, times > 0 else { continue }
                state.faults[index] = .cannotObserve(error, times: times - 1)
                throw error
            }
            return (state.worlds[stack] ?? SimulatedWorld()).observation
        }
    }

    package func perform(_ action: Action, with inputs: StepInputs) async throws(ReportableError) {
        state.withLock { state in
            state.inFlight += 1
            state.mostInFlight = max(state.mostInFlight, state.inFlight)
        }
        defer { state.withLock { $0.inFlight -= 1 } }
        try await wait(latency(action))
        try check(action, inputs)
        if case .startReplica = action {
            for name in (inputs.template?.secrets ?? [:]).keys.sorted() {
                _ = try await inputs.secret(name)
                state.withLock { $0.opened.append(name) }
            }
        }
        try locked { state throws(ReportableError) in try state.perform(action, inputs) }
    }

    /// Simulated replicas say nothing.
    package func logs(_ stack: StackID, _ query: LogQuery) -> AsyncThrowingStream<LogLine, any Error> {
        AsyncThrowingStream { $0.finish() }
    }

    /// Does nothing and succeeds when the replica runs.
    package func execute(
        _ command: [String],
        in replica: ReplicaID,
        of stack: StackID
    ) async throws(ReportableError) -> Int32 {
        guard world(of: stack).replicas[replica]?.state == .running else {
            throw ReportableError(.notFound, "\(replica) does not run")
        }
        return 0
    }

    /// Does nothing and says so, with status 0 unless a fault has it fail, when the replica runs.
    package func run(
        _ command: [String],
        beside replica: ReplicaID,
        of stack: StackID,
        within time: TimeSpan
    ) async throws(ReportableError) -> CommandResult {
        guard world(of: stack).replicas[replica]?.state == .running else {
            throw ReportableError(.notFound, "\(replica) does not run")
        }
        let words = command.joined(separator: " ")
        let status = state.withLock { state in
            state.ran.append("\(replica): \(words)")
            return state.faults.compactMap { fault -> Int32? in
                if case .programEnds(words, let status) = fault { status } else { nil }
            }.first
        }
        return CommandResult(status: status ?? 0, output: "\(words) says so", errorOutput: "")
    }

    /// A Redis, when a replica of the service runs.
    package func dataAccess(
        of service: ServiceName,
        in stack: StackID
    ) async throws(ReportableError) -> DataAccess {
        guard world(of: stack).replicas.contains(where: { $0.key.service == service && $0.value.state == .running })
        else { throw ReportableError(.notFound, "\(service) does not run") }
        return DataAccess(
            place: place(of: service),
            login: DataLogin(socket: "/nowhere/redis.sock", port: 1, user: "slipway", password: Redacted("fake"))
        )
    }

    /// That of a Redis.
    package func dataPlace(
        of template: ReplicaTemplate,
        in stack: StackID
    ) async throws(ReportableError) -> DataPlace {
        place(of: template.service)
    }

    private func place(of service: ServiceName) -> DataPlace {
        DataPlace(
            service: service,
            server: .redis,
            version: "7.0.15",
            programs: "/usr/bin",
            volume: "\(volumes)/\(service)",
            beside: "\(volumes)/.beside/\(service)",
            owner: DataOwner(userID: 1, groupID: 1, user: nil),
            settings: ["databases": "16", "appendonly": "no", "dbfilename": "dump.rdb"]
        )
    }

    private func wait(_ duration: Duration) async throws(ReportableError) {
        do {
            if duration > .zero { try await clock.sleep(for: duration) }
            try Task.checkCancellation()
        } catch {
            throw ReportableError(.interrupted, "the task was cancelled")
        }
    }

    private func check(_ action: Action, _ inputs: StepInputs) throws(ReportableError) {
        guard case .storeSource(let service, let digest) = action else { return }
        guard let directory = inputs.sourceDirectory else {
            throw ReportableError(.broken, "nobody said where the source of \(service) is")
        }
        guard Digest(of: directory) == digest else {
            throw ReportableError(.fileFailed, "the source of \(service) in \(directory) has changed meanwhile")
        }
    }
}

// MARK: - What a test sets and asks

extension FakeEngine {
    /// The machine of a stack as it is now.
    package func world(of stack: StackID) -> SimulatedWorld {
        state.withLock { $0.worlds[stack] ?? SimulatedWorld() }
    }

    /// Changes the machine of a stack behind slipway's back.
    package func change(_ stack: StackID, _ body: @Sendable (inout SimulatedWorld) -> Void) {
        state.withLock { body(&$0.worlds[stack, default: SimulatedWorld()]) }
    }

    /// A replica dies by itself.
    package func kill(_ replica: ReplicaID, of stack: StackID, trouble: String = "exited with code 1") {
        change(stack) { $0.die(replica, trouble) }
    }

    package func add(_ fault: Fault) { state.withLock { $0.faults.append(fault) } }

    package func clearFaults() { state.withLock { $0.faults = [] } }

    /// A new process of slipway talks to the same machine; the count of actions for `crashes` begins again.
    package func revive() {
        state.withLock { state in
            state.isDead = false
            state.calls = 0
            state.faults.removeAll { if case .crashes = $0 { true } else { false } }
        }
    }

    /// Actions that took effect, in order.
    package var performed: [Action] { state.withLock { $0.performed } }

    /// Secrets that were opened, in order.
    package var openedSecrets: [SecretName] { state.withLock { $0.opened } }

    /// Programs that were run beside replicas, in order: `api-1: ./pause on`.
    package var ran: [String] { state.withLock { $0.ran } }

    /// The greatest number of actions that were under way at once.
    package var mostInFlight: Int { state.withLock { $0.mostInFlight } }
}

extension FakeEngine {
    private func locked<Result: Sendable>(
        _ body: @Sendable (inout FakeMachines) throws(ReportableError) -> Result
    ) throws(ReportableError) -> Result {
        let outcome: Swift.Result<Result, ReportableError> = state.withLock { state in
            do throws(ReportableError) { return .success(try body(&state)) } catch { return .failure(error) }
        }
        return try outcome.get()
    }
}
