import Basics
import Interfaces
import Ledger
import Orchestration
import StackModel

/// Machines to try an engine on, and what a scenario needs to see of them. One bench is for one scenario.
///
/// The stack is always the same: an app `api` behind an edge, with a Redis that keeps its data.
protocol EngineBench: Sendable {
    /// A folder of the bench's own, for the ledger, the keys and the sources of the app.
    var folder: String { get }
    var engine: any Engine { get }
    /// The port of the edge.
    var port: Int { get }

    /// One request through the edge. Nil when it failed.
    func request() async -> Answer?
    /// Calls this until told to stop, as fast as is useful on these machines.
    func load(_ tally: Tally) async
    /// Ends a replica behind slipway's back, so that nothing starts it again.
    func kill(_ replica: ReplicaID) async throws
    /// How many of each service really run, found without the engine. Services without any are left out.
    func census() async throws -> [ServiceName: Int]
    /// Keeps a word in the data of the stack.
    func keep(_ word: String) async throws
    /// The word that was kept last, when its data still exists.
    func keptWord() async throws -> String?
    /// Ends and removes whatever is there.
    func tearDown() async
}

/// What a replica says about itself: which release of code, configuration and secret serves.
struct Answer: Hashable, Sendable, Codable {
    let code: String
    let config: String
    /// Changes with the value of the secret and tells nothing about it.
    let secret: String
}

extension EngineBench {
    var stack: StackID { StackID("shop", "test") }

    /// A process of slipway as if it had just been started: nothing is shared with others but what is on disk.
    func boot(dyingAt wanted: @escaping @Sendable (FaultPoint, Action) -> Bool = { _, _ in false }) throws -> Process {
        try Process(bench: self, dyingAt: wanted)
    }

    func deploy(_ variant: Variant) async throws -> ChangeReport { try await carryOut(.deploy(declared(variant))) }

    func carryOut(_ change: Change) async throws -> ChangeReport {
        try await boot().carryOut(change).get()
    }

    func status() async throws -> StackStatus { try await StatusReader(boot().dependencies).read(stack) }

    func secrets() throws -> SecretStore {
        SecretStore(ledger: try Ledger(path: ledgerPath), keyPath: keyPath)
    }

    var ledgerPath: String { "\(folder)/ledger.sqlite" }
    var keyPath: String { "\(folder)/master.key" }

    func declared(_ variant: Variant) -> DeclaredStack {
        DeclaredStack(stack: variant.stack(stack, port: port), text: "\(variant)", directory: folder)
    }

    /// Runs `body` under load and says what became of the requests.
    func underLoad(_ body: () async throws -> Void) async throws -> Tally {
        let tally = Tally()
        let requests = Task { await load(tally) }
        defer { tally.stop() }
        try await body()
        tally.stop()
        await requests.value
        return tally
    }
}
