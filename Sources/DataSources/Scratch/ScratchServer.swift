import Basics
import Glibc
import Interfaces

/// A server that is there for one piece of work: it listens on a socket in a private directory, on no port, and it is
/// ended whatever becomes of the work.
struct ScratchServer: Sendable {
    let runner: any DataRunner
    let command: CommandLine
    /// How its name reads in an error: `a scratch redis-server`.
    let name: String
    /// What ends it at once.
    let killer: Int32
    /// Whether it serves.
    let isReady: @Sendable () async -> Bool
    /// Asks it to end in good order.
    let stop: @Sendable (any RunningProgram) async throws(ReportableError) -> Void
    /// The end of its log, where that is not what it says.
    var log: @Sendable () async -> String? = { nil }

    private static let pause = Duration.milliseconds(20)
    /// How long it may take to end. Nothing but a checkpoint is left to do then.
    private static let grace = TimeSpan.seconds(300)

    /// Throws what `work` throws; `engineFailed` when the server does not come up, dies meanwhile or ends badly.
    func serve<Value: Sendable>(
        _ work: @Sendable () async throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        let program = try await runner.start(Self.yielding(command))
        do throws(ReportableError) {
            try await awaitReady(program)
            let value = try await work()
            try await stop(program)
            try await awaitEnd(program)
            return value
        } catch {
            throw await end(program, after: error)
        }
    }

    /// Live servers go before it.
    private static func yielding(_ command: CommandLine) -> CommandLine {
        var command = command
        command.arguments = ["-n", "10", command.program] + command.arguments
        command.program = "nice"
        return command
    }

    private func awaitReady(_ program: any RunningProgram) async throws(ReportableError) {
        while await !isReady() {
            try await wait()
            guard program.isRunning else { throw ReportableError(.engineFailed, "\(name) did not start") }
        }
    }

    private func awaitEnd(_ program: any RunningProgram) async throws(ReportableError) {
        let deadline = ContinuousClock.now.advanced(by: Self.grace.duration)
        while program.isRunning {
            guard ContinuousClock.now < deadline else {
                throw ReportableError(.engineFailed, "\(name) did not end within \(Self.grace)")
            }
            try await wait()
        }
        let result = await program.end()
        guard result.succeeded else {
            throw ReportableError(.engineFailed, "\(name) ended with status \(result.status)")
        }
    }

    private func wait() async throws(ReportableError) {
        do {
            try await Task.sleep(for: Self.pause)
        } catch {
            throw ReportableError(.interrupted, "\(name) was interrupted")
        }
    }

    /// Ends it, and tells the error as it is best told: that it died is the reason for everything that failed after.
    private func end(_ program: any RunningProgram, after error: ReportableError) async -> ReportableError {
        if error.code == .engineFailed { try? await Task.sleep(for: .milliseconds(100)) }
        let hasDied = !program.isRunning
        program.send(signal: killer)
        for _ in 0..<500 where program.isRunning {
            // Also in a cancelled task.
            await Task.detached { try? await Task.sleep(for: Self.pause) }.value
        }
        program.kill()
        let said = await program.end().errorOutput
        guard hasDied else { return error }
        let lines = (await log() ?? said).split(separator: "\n").suffix(15).map(String.init)
        return ReportableError(
            error.code,
            error.message.hasPrefix(name) ? error.message : "\(name) died: \(error.message)",
            hint: error.hint,
            details: error.details + lines
        )
    }
}
