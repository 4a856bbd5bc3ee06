import Basics
import Glibc
import StackModel

/// The processes of one replica at one moment, found so that a recycled number is never mistaken for one of them.
struct ReplicaProcesses: Sendable {
    /// All of them, also those that left the session; without the ended ones.
    let all: [ProcessEntry]

    /// Where there are control groups they tell; else the tree and session of the main process, and whoever was born
    /// with the replica's environment.
    init(folder: ReplicaFolder, mounts: ControlGroupMounts) {
        let members = ControlGroup(folder, mounts: mounts).processes
        let main = Self.main(of: folder, members: members)
        if let members, !members.isEmpty || main == nil {
            self.all = members.compactMap { ProcessEntry($0) }.filter { !$0.isZombie }
        } else {
            let table = ProcessTable()
            let tree = main.map { table.tree(of: $0.id) } ?? []
            self.all = Array(Set(tree + table.carrying(folder.mark)))
        }
    }

    /// The main process alone, which costs far less than all of them where there are no control groups.
    static func main(of folder: ReplicaFolder, mounts: ControlGroupMounts) -> ProcessEntry? {
        main(of: folder, members: ControlGroup(folder, mounts: mounts).processes)
    }

    /// The number in the supervisor's status counts when it is in the replica's control group, or else when that
    /// process started when the supervisor says it did.
    private static func main(of folder: ReplicaFolder, members: [Int]?) -> ProcessEntry? {
        guard let status = SupervisorStatus(folder: folder.path), let id = status.processID,
            let entry = ProcessEntry(id), !entry.isZombie
        else { return nil }
        if members?.contains(id) == true { return entry }
        return status.isAbout(entry) ? entry : nil
    }

    /// Kills all of them, and those they make meanwhile, until none is left. Throws `engineFailed` after 10 s.
    static func killAll(of folder: ReplicaFolder, mounts: ControlGroupMounts) async throws(ReportableError) {
        let group = ControlGroup(folder, mounts: mounts)
        let gone = try await polled(atMost: .seconds(10)) {
            let processes = ReplicaProcesses(folder: folder, mounts: mounts)
            guard !processes.all.isEmpty else { return true }
            // One stroke where the kernel can; else each by its number, looked at again right before.
            if !group.kill() {
                for process in processes.all where ProcessEntry(process.id)?.startTicks == process.startTicks {
                    kill(pid_t(process.id), SIGKILL)
                }
            }
            return false
        }
        guard gone else { throw ReportableError(.engineFailed, "\(folder.id) still has processes after SIGKILL") }
    }
}

extension SupervisorStatus {
    /// The process began when the supervisor says its program did, as far as the clocks can tell: it is no later one
    /// that was given the same number.
    func isAbout(_ entry: ProcessEntry) -> Bool {
        guard entry.id == processID, let startedAt = entry.startedAt else { return false }
        return abs(startedAt.milliseconds - since.milliseconds) < 2500
    }
}
