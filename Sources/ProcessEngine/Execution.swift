import Basics
import Glibc
import StackModel

/// Runs a program beside a replica: where it runs, as its user, with its environment, on the caller's terminal,
/// in its control groups, so that its limits hold and that it ends with it.
struct Execution: Sendable {
    let folder: ReplicaFolder
    let mounts: ControlGroupMounts

    /// The exit status of the program, or 128 and its signal. Throws `notFound`, `usage`, `engineFailed`.
    func run(_ command: [String]) async throws(ReportableError) -> Int32 {
        guard let record = ReplicaRecord.load(folder) else {
            throw ReportableError(.notFound, "there is no replica \(folder.id) of \(folder.stack.stack)")
        }
        guard let program = command.first else { throw ReportableError(.usage, "there is no program to run") }
        let source = record.source.map { folder.stack.source($0) }
        let path = try path(of: program, source)
        var script = ExeclineScript("-P")
        script.enter(ControlGroup(folder, mounts: mounts).entrances)
        script.append(["cd", source ?? folder.work])
        script.append(["envfile", folder.environment])
        let switching = record.account.switching(
            mayListenLow: false,
            joining: source.flatMap { SourceStore.readers(of: $0) }
        )
        if !switching.isEmpty { script.append([try Programs.locate("setpriv")] + switching) }
        script.append([path] + command.dropFirst())
        let arguments = [try Programs.locate("execlineb"), "-P", "-c", script.body]
        return try await offPool { () throws(ReportableError) in try Self.spawn(arguments) }
    }

    /// A person has typed it, so that the service's own command has nothing to do with it.
    private func path(of program: String, _ source: String?) throws(ReportableError) -> String {
        let service = folder.id.service
        do {
            return try Programs.locate(program, for: service, source: source, volume: folder.stack.volume(service))
        } catch {
            throw ReportableError(
                .usage,
                "there is no program \(program) for \(folder.id) to run",
                hint: source == nil
                    ? "It has those that are installed on this machine."
                    : "It has those in the source of \(service), and those that are installed on this machine."
            )
        }
    }

    /// The terminal, and what kind it is, are all that the program gets from the caller.
    private static func spawn(_ arguments: [String]) throws(ReportableError) -> Int32 {
        var environment = ["PATH=\(Programs.searchPath.joined(separator: ":"))"]
        if let terminal = getenv("TERM") { environment.append("TERM=\(String(cString: terminal))") }
        var words = arguments.map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { (words + variables).forEach { free($0) } }
        // Before the program is there, so that no signal finds us with nobody to give it to.
        let signals = ForwardedSignals()
        defer { signals.end() }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        Self.resetSignals(&attributes)
        var process = pid_t()
        let failure = posix_spawn(&process, arguments[0], nil, &attributes, &words, &variables)
        guard failure == 0 else {
            throw ReportableError(.engineFailed, "cannot run \(arguments[0]): \(String(cString: strerror(failure)))")
        }
        signals.forward(to: process)
        return try wait(for: process, arguments[0])
    }

    /// A thread of ours blocks and ignores signals that a program expects to end by.
    private static func resetSignals(_ attributes: inout posix_spawnattr_t) {
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    }

    private static func wait(for process: pid_t, _ program: String) throws(ReportableError) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else {
                throw ReportableError(
                    .engineFailed,
                    "cannot wait for \(program): \(String(cString: strerror(errno)))"
                )
            }
        }
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
}
