import Basics
import Glibc
import Interfaces
import StackModel

/// Ends a replica: by its signal, after its grace by force, and leaves no process of it behind.
struct ReplicaStop: Sendable {
    let engine: ProcessEngine
    let folder: ReplicaFolder

    /// Nothing to do when it is stopped, or was never there. Throws `engineFailed` when something cannot be killed.
    func stop() async throws(ReportableError) {
        let folder = folder
        guard folder.exists else { return }
        await forgetAtEdges()
        try await offPool { () throws(ReportableError) in
            guard !Disk.exists(folder.down) else { return }
            try Disk.write([], to: folder.down)
            try TargetFile(folder.stack, service: folder.id.service).refresh()
        }
        try await endProgram()
        try await ReplicaProcesses.killAll(of: folder, mounts: engine.mounts)
        try await dismiss(engine.supervisor(of: folder))
        try await dismissLogger()
        ControlGroup(folder, mounts: engine.mounts).remove()
    }

    /// Stops it and removes its directory. Its logs and its port stay.
    func remove() async throws(ReportableError) {
        let folder = folder
        guard folder.exists else {
            return try await offPool { () throws(ReportableError) in try Disk.remove(tree: folder.unfinished) }
        }
        try await stop()
        try await offPool { () throws(ReportableError) in
            // Moved first, so that a crash leaves a name that nobody counts.
            try Disk.remove(tree: folder.unfinished)
            try Disk.move(folder.path, to: folder.unfinished)
            try Disk.remove(tree: folder.unfinished)
            try TargetFile(folder.stack, service: folder.id.service).refresh()
        }
    }

    /// An edge still knows it when a drain, or the beginning of its traffic, was cut short. One that does not answer
    /// is no reason to let it live: its own check will tell it.
    private func forgetAtEdges() async {
        _ = try? await Traffic(engine: engine, folder: folder).drain(deadline: .seconds(0))
    }

    /// Sends the signal of its stop rule and waits as long as the rule allows.
    private func endProgram() async throws(ReportableError) {
        let rule = ReplicaRecord.load(folder)?.stop ?? StopRule()
        let supervisor = engine.supervisor(of: folder)
        if supervisor.isAlive {
            try await supervisor.send("-d")
        } else if let main = ReplicaProcesses.main(of: folder, mounts: engine.mounts) {
            kill(pid_t(main.id), rule.signal.number)
        }
        let (folder, mounts) = (folder, engine.mounts)
        _ = try await polled(atMost: rule.grace) {
            ReplicaProcesses.main(of: folder, mounts: mounts) == nil
        }
    }

    /// The log program reads what is left and ends by itself when nobody holds the pipe any more.
    private func dismissLogger() async throws(ReportableError) {
        let logger = Supervisor(folder: folder.logger, runner: engine.runner)
        let status = logger.status
        _ = try await polled(atMost: .seconds(2)) {
            status?.processID.flatMap { ProcessEntry($0) }?.isZombie ?? true
        }
        try await dismiss(logger)
        guard let entry = Self.leftOver(status, of: folder) else { return }
        kill(pid_t(entry.id), SIGKILL)
    }

    /// The log program that a supervisor's last words name. After a crash they may be old and the number somebody
    /// else's, another replica's log program even: so it must write to this replica's logs, and have started then.
    static func leftOver(_ status: SupervisorStatus?, of folder: ReplicaFolder) -> ProcessEntry? {
        guard let status, let entry = status.processID.flatMap({ ProcessEntry($0) }), !entry.isZombie,
            entry.arguments.first?.hasSuffix("s6-log") == true, entry.arguments.last == folder.logs,
            status.isAbout(entry)
        else { return nil }
        return entry
    }

    private func dismiss(_ supervisor: Supervisor) async throws(ReportableError) {
        guard supervisor.isAlive else { return }
        try await supervisor.send("-xd")
        try await supervisor.wait(atMost: .seconds(10), "the supervisor in \(supervisor.folder) does not leave") {
            !supervisor.isAlive
        }
    }
}

extension StopRule.Signal {
    var number: Int32 {
        switch self {
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .quit: SIGQUIT
        case .user1: SIGUSR1
        }
    }
}
