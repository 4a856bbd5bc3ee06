import Basics
import StackModel

/// A program run beside a replica: where that runs, as its user, with its environment, in its control groups, so that
/// its limits hold and that it ends with it.
struct ProgramBeside: Sendable {
    let folder: ReplicaFolder
    let record: ReplicaRecord
    let mounts: ControlGroupMounts

    var source: String? { record.source.map { folder.stack.source($0) } }

    /// Where the program is. Throws `programMissing`.
    func locate(_ program: String) throws(ReportableError) -> String {
        let service = folder.id.service
        return try Programs.locate(program, for: service, source: source, volume: folder.stack.volume(service))
    }

    /// What to start for the program at a path, and its arguments. Throws `programMissing`.
    func words(_ path: String, _ arguments: some Sequence<String>) throws(ReportableError) -> [String] {
        var script = ExeclineScript("-P")
        script.enter(ControlGroup(folder, mounts: mounts).entrances)
        script.append(["cd", source ?? folder.work])
        script.append(["envfile", folder.environment])
        let switching = record.account.switching(
            mayListenLow: false,
            joining: source.flatMap { SourceStore.readers(of: $0) }
        )
        if !switching.isEmpty { script.append([try Programs.locate("setpriv")] + switching) }
        script.append([path] + arguments)
        return [try Programs.locate("execlineb"), "-P", "-c", script.body]
    }
}
