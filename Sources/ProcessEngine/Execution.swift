import Basics
import Glibc
import StackModel

/// Runs a program beside a replica: where it runs, as its user, with its environment, on the caller's terminal.
struct Execution: Sendable {
    let folder: ReplicaFolder

    /// The exit status of the program, or 128 and its signal. Throws `notFound`, `programMissing`, `engineFailed`.
    func run(_ command: [String]) async throws(ReportableError) -> Int32 {
        guard let record = ReplicaRecord.load(folder) else {
            throw ReportableError(.notFound, "there is no replica \(folder.id) of \(folder.stack.stack)")
        }
        guard let program = command.first else { throw ReportableError(.usage, "there is no program to run") }
        let source = record.source.map { folder.stack.source($0) }
        let path = try Programs.locate(
            program,
            for: folder.id.service,
            source: source,
            volume: folder.stack.volume(folder.id.service)
        )
        var script = ExeclineScript("-P")
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

    /// The terminal, and what kind it is, are all that the program gets from the caller.
    private static func spawn(_ arguments: [String]) throws(ReportableError) -> Int32 {
        var environment = ["PATH=\(Programs.searchPath.joined(separator: ":"))"]
        if let terminal = getenv("TERM") { environment.append("TERM=\(String(cString: terminal))") }
        var words = arguments.map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var process = pid_t()
        let failure = posix_spawn(&process, arguments[0], nil, nil, &words, &variables)
        guard failure == 0 else {
            throw ReportableError(.engineFailed, "cannot run \(arguments[0]): \(String(cString: strerror(failure)))")
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else {
                throw ReportableError(
                    .engineFailed,
                    "cannot wait for \(arguments[0]): \(String(cString: strerror(errno)))"
                )
            }
        }
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
}
