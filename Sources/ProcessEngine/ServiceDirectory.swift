import Basics
import StackModel

/// Writes what s6 needs to supervise a replica: scripts, environment, rendered files, the record.
///
/// Made under a temporary name and moved into place, with a `down` file in it, so that nothing starts before
/// everything is there. No process outlives a power cut, and a start makes the directory anew: so only the record,
/// which an observation reads, has to survive one.
struct ServiceDirectory: Sendable {
    let folder: ReplicaFolder
    let record: ReplicaRecord
    /// The path of the program.
    let program: String
    let content: FilledTemplate
    /// It has a port below 1024.
    let listensLow: Bool
    /// The `cgroup.procs` files to enter.
    let controlGroups: [String]
    let finish: FinishScript

    /// Makes the directory. Whatever an earlier attempt left under the temporary name is replaced.
    func write() throws(ReportableError) {
        let place = folder.unfinished
        try Disk.remove(tree: place)
        try Disk.makeDirectory(folder.stack.replicas)
        try Disk.makeDirectory(place)
        try Disk.makeDirectory("\(place)/log")
        try Disk.makeDirectory(folder.logs, mode: 0o700)
        try Disk.makeDirectory("\(place)/work", mode: record.workMode, owner: record.fileOwner)
        try Self.write(content.files, in: "\(place)/work", of: record)
        try Disk.write([], to: "\(place)/down", durable: false)
        try Disk.write(environment.utf8, to: "\(place)/environment", durable: false)
        try writeScript(try run.text, to: "\(place)/run")
        try writeScript(finish.text, to: "\(place)/finish")
        try Disk.write("\(FinishScript.limit.milliseconds)\n".utf8, to: "\(place)/timeout-finish", durable: false)
        try writeScript(logger.text, to: "\(place)/log/run")
        try Self.write(record.stop, in: place)
        try Disk.makePipe("\(place)/log/fifo", owner: record.account.owner)
        try record.save(in: place)
        try Disk.move(place, to: folder.path)
    }

    /// How it ends. Should we die while it stops, its supervisor sees the stop through.
    static func write(_ stop: StopRule, in place: String) throws(ReportableError) {
        try Disk.write("\(stop.signal.rawValue)\n".utf8, to: "\(place)/down-signal", durable: false)
        try Disk.write("\(stop.grace.milliseconds + 2000)\n".utf8, to: "\(place)/timeout-kill", durable: false)
    }

    /// Writes rendered files into a replica's own directory.
    static func write(
        _ files: [FilledFile],
        in work: String,
        of record: ReplicaRecord
    ) throws(ReportableError) {
        for file in files {
            let path = "\(work)/\(file.path)"
            let parts = file.path.split(separator: "/", omittingEmptySubsequences: false)
            guard !parts.contains(where: { ["", ".", ".."].contains($0) }) else {
                throw ReportableError(.broken, "the rendered file \(file.path) would lie outside its replica")
            }
            var above = work
            for part in parts.dropLast() {
                above += "/\(part)"
                try Disk.makeDirectory(above, mode: 0o700, owner: record.fileOwner)
            }
            try Disk.write(
                file.content.utf8,
                to: path,
                mode: file.isSecret ? 0o600 : record.fileMode,
                owner: file.isSecret ? record.account.owner : record.fileOwner,
                durable: false
            )
        }
    }

    /// The environment of the program: the template's over the least that programs expect.
    var environment: String {
        var variables = [
            "PATH": Programs.searchPath.joined(separator: ":"), "LANG": "C.UTF-8", "HOME": folder.work,
            "SLIPWAY_STACK": folder.stack.stack.description, "SLIPWAY_REPLICA": folder.id.description,
        ]
        variables.merge(content.environment) { $1 }
        variables[ReplicaFolder.markName] = folder.work
        return variables.sorted { $0.key < $1.key }
            .map { ExeclineScript.assignment($0.key, $0.value) }.joined()
    }

    private var run: ExeclineScript {
        get throws(ReportableError) {
            var script = ExeclineScript("-P")
            script.enter(controlGroups)
            script.append(["cd", record.source.map { folder.stack.source($0) } ?? folder.work])
            script.append(raw: "umask 027")
            script.append(["envfile", folder.environment])
            let switching = record.account.switching(
                mayListenLow: record.kind == "edge" && listensLow,
                joining: record.source.flatMap { SourceStore.readers(of: folder.stack.source($0)) }
            )
            if !switching.isEmpty { script.append([try Programs.locate("setpriv")] + switching) }
            script.append([program] + content.arguments)
            return script
        }
    }

    /// Ten files of a megabyte; a line is cut at 64 KiB.
    private var logger: ExeclineScript {
        var script = ExeclineScript("-P")
        script.append(raw: "redirfd -rnb 0 fifo")
        script.append(["s6-log", "-b", "-l", "65536", "--", "t", "n10", "s1000000", folder.logs])
        return script
    }

    private func writeScript(_ text: String, to path: String) throws(ReportableError) {
        try Disk.write(text.utf8, to: path, mode: 0o700, durable: false)
    }
}
