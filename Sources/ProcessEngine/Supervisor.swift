import Basics
import Glibc
import Interfaces
import StackModel

/// The `s6-supervise` of one service directory: started detached, spoken to through `s6-svc`.
struct Supervisor: Sendable {
    let folder: String
    let runner: any CommandRunner

    /// A supervisor holds the reading end of its control pipe; without one the pipe cannot be opened for writing.
    var isAlive: Bool {
        let control = open("\(folder)/supervise/control", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        guard control >= 0 else { return false }
        close(control)
        return true
    }

    var status: SupervisorStatus? { SupervisorStatus(folder: folder) }

    /// Starts it in a session of its own, with `output` as its and the program's standard output and error.
    /// Nothing to do when it is alive: s6 lets only one live in a directory. It leaves the caller's control groups
    /// for `group`, or it would end with the systemd unit that slipway was called from.
    ///
    /// The output is opened for reading too, so that a log program that is away for a moment never breaks the pipe.
    func start(output: String, in group: SupervisorGroup) async throws(ReportableError) {
        guard !isAlive else { return }
        var script = ExeclineScript("-P")
        script.enter(try await offPool { group.make() })
        script.append(raw: "redirfd -r 0 /dev/null")
        script.append(["redirfd", output == "/dev/null" ? "-w" : "-u", "1", output])
        script.append(raw: "fdmove -c 2 1")
        script.append(["s6-supervise", folder])
        try await call("setsid", ["--fork", "execlineb", "-P", "-c", script.body])
        try await wait(atMost: .seconds(5), "the supervisor in \(folder) did not start") { isAlive }
    }

    /// Sends a command of `s6-svc`: `-u` up, `-d` down, `-h` hang up, `-x` leave once the program is gone.
    func send(_ command: String) async throws(ReportableError) {
        try await call("s6-svc", [command, folder])
    }

    /// Polls until it holds. Throws `engineFailed` with the complaint after the time, `interrupted` when cancelled.
    func wait(
        atMost limit: TimeSpan,
        _ complaint: String,
        until holds: @escaping @Sendable () -> Bool
    ) async throws(ReportableError) {
        guard try await polled(atMost: limit, until: holds) else { throw ReportableError(.engineFailed, complaint) }
    }

    private func call(_ program: String, _ arguments: [String]) async throws(ReportableError) {
        let result = try await runner.run(CommandLine(program, arguments, timeout: .seconds(10)))
        guard !result.succeeded else { return }
        throw ReportableError(
            .engineFailed,
            "\(program) failed in \(folder) with status \(result.status)",
            details: result.errorOutput.split(separator: "\n").map(String.init)
        )
    }
}

/// Asks every 10 ms, off the pool. False when the time is over. Throws `interrupted` when the task is cancelled.
func polled(
    atMost limit: TimeSpan,
    until holds: @escaping @Sendable () -> Bool
) async throws(ReportableError) -> Bool {
    let deadline = ContinuousClock.now.advanced(by: limit.duration)
    while try await !offPool({ holds() }) {
        guard ContinuousClock.now < deadline else { return try await offPool { holds() } }
        try await pause(TimeSpan(milliseconds: 10))
    }
    return true
}

/// Sleeps. Throws `interrupted` when the task is cancelled.
func pause(_ span: TimeSpan) async throws(ReportableError) {
    do {
        try await Task.sleep(for: span.duration)
    } catch {
        throw ReportableError(.interrupted, "interrupted while waiting")
    }
}
