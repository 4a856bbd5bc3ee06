import Basics
import StackModel

/// What directory, supervisor and kernel say of a replica at one moment. Blocks.
struct ReplicaSight: Sendable {
    let isSupervised: Bool
    let isWanted: Bool
    let main: ProcessEntry?
    private let since: Instant?
    private let exits: Int
    private let trouble: String?

    init(_ replica: ReplicaFolder, _ engine: ProcessEngine) {
        let exits = ExitLog(replica)
        self.isSupervised = engine.supervisor(of: replica).isAlive
        self.isWanted = !Disk.exists(replica.down)
        self.main = ReplicaProcesses.main(of: replica, mounts: engine.mounts)
        self.since = SupervisorStatus(folder: replica.path)?.since
        self.exits = exits.exits.count
        let isLogged = Supervisor(folder: replica.logger, runner: engine.runner).isAlive
        self.trouble = isWanted ? Self.trouble(isSupervised, isLogged, runs: main != nil, exits) : nil
    }

    var state: ObservedReplica.State {
        !isWanted && main == nil ? .stopped : trouble == nil && isWanted ? .running : .failing
    }

    func fill(_ replica: inout ObservedReplica) {
        replica.processID = main?.id
        replica.startedAt = main == nil ? nil : since
        replica.restarts = isWanted ? exits : max(0, exits - 1)
        replica.trouble = trouble ?? (isWanted || main == nil ? nil : "it was stopped and still runs")
    }

    /// Why a replica that ought to run counts as failing; nil when it does not.
    private static func trouble(_ isSupervised: Bool, _ isLogged: Bool, runs: Bool, _ exits: ExitLog) -> String? {
        let last = exits.exits.last.map { "it \($0.cause)" }
        guard isSupervised else { return runs ? "its supervisor is gone" : "nothing supervises it, as after a reboot" }
        guard runs else { return last ?? "it does not run" }
        // Should its log program end too, nobody would empty the pipe, and the program would hang once it is full.
        guard isLogged else { return "the supervisor of its log is gone" }
        let now = WallClock.now
        let (recent, streak) = (exits.count(within: .seconds(10), of: now), exits.streak(at: now))
        if recent >= 2 { return "it ended \(recent) times within 10 s; last \(last ?? "")" }
        return streak >= ExitLog.loop ? "it ended \(streak) times in short succession; last \(last ?? "")" : nil
    }
}
