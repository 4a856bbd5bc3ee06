import Basics
import Glibc
import Interfaces
import StackModel

/// Runs a program beside a replica: for a person, on the caller's terminal, or for nobody.
struct Execution: Sendable {
    let folder: ReplicaFolder
    let mounts: ControlGroupMounts

    /// The exit status of the program, or 128 and its signal. Throws `notFound`, `usage`, `engineFailed`.
    func run(_ command: [String]) async throws(ReportableError) -> Int32 {
        let words = try words(for: command)
        return try await offPool { () throws(ReportableError) in try Self.spawn(words) }
    }

    /// Without a terminal or any input. Throws the same, and `interrupted` in a cancelled task.
    func run(_ command: [String], within time: TimeSpan) async throws(ReportableError) -> CommandResult {
        let words = try words(for: command)
        var running = try await offPool { () throws(ReportableError) in try RunningCheck(words, in: folder) }
        guard let exit = await running.end(within: time, endingGroup: false) else {
            let name = command.joined(separator: " ").abridged
            guard !Task.isCancelled else { throw ReportableError(.interrupted, "\(name) was interrupted") }
            throw ReportableError(
                .engineFailed,
                "\(name) did not end within \(time) beside \(folder.id)",
                details: running.lines.suffix(10).map(\.withoutControls)
            )
        }
        let status = exit.code ?? 128 + (exit.signal ?? 0)
        let said = running.lines.map(\.withoutControls).joined(separator: "\n")
        return CommandResult(status: Int32(status), output: said, errorOutput: "")
    }

    private func words(for command: [String]) throws(ReportableError) -> [String] {
        guard let record = ReplicaRecord.load(folder) else {
            throw ReportableError(.notFound, "there is no replica \(folder.id) of \(folder.stack.stack)")
        }
        guard let program = command.first else { throw ReportableError(.usage, "there is no program to run") }
        let beside = ProgramBeside(folder: folder, record: record, mounts: mounts)
        return try beside.words(try path(of: program, beside), command.dropFirst())
    }

    /// A person has typed it, so that the service's own command has nothing to do with it.
    private func path(of program: String, _ beside: ProgramBeside) throws(ReportableError) -> String {
        do {
            return try beside.locate(program)
        } catch {
            throw ReportableError(
                .usage,
                "there is no program \(program) for \(folder.id) to run",
                hint: beside.source == nil
                    ? "It has those that are installed on this machine."
                    : "It has those in the source of \(folder.id.service), and those that are installed on this machine."
            )
        }
    }

    /// The terminal, and what kind it is, are all that the program gets from the caller.
    private static func spawn(_ words: [String]) throws(ReportableError) -> Int32 {
        // Before the program is there, so that no signal finds us with nobody to give it to.
        let signals = ForwardedSignals()
        defer { signals.end() }
        let terminal = getenv("TERM").map { ["TERM=\(String(cString: $0))"] } ?? []
        let process = try ChildProcess.start(words, environment: terminal)
        signals.forward(to: process)
        return try wait(for: process, words[0])
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
