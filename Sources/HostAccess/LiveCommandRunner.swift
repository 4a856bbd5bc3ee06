import Basics
import Glibc
import Interfaces
import Subprocess
import SystemPackage

/// Runs real programs: an argument vector, a minimal environment, bounded output, a session of their own.
///
/// A program that outlives its timeout, or whose task is cancelled, is killed together with its process group.
/// Programs are looked up on `searchPath`, never on the caller's PATH, so that a plan means the same for everyone.
package struct LiveCommandRunner: CommandRunner {
    /// Where programs are looked up, in this order.
    package static let searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    package init() {}

    /// Throws `programMissing`, `engineFailed` (not startable, or out of time) and `interrupted` (task cancelled).
    package func run(_ command: CommandLine) async throws(ReportableError) -> CommandResult {
        let argv = try argumentVector(of: command)
        do {
            return try await runWithinTime(command, argv)
        } catch let error as ReportableError {
            throw error
        } catch is CancellationError {
            throw ReportableError(.interrupted, "\(command.program) was interrupted")
        } catch {
            if Task.isCancelled { throw ReportableError(.interrupted, "\(command.program) was interrupted") }
            throw ReportableError(.engineFailed, "cannot run \(command.program): \(error)")
        }
    }

    /// The program's path and its arguments, behind `setpriv` when another user is asked for.
    func argumentVector(of command: CommandLine) throws(ReportableError) -> [String] {
        let program = try locate(command.program)
        guard let user = command.user, user != MachineUser.current?.name else { return [program] + command.arguments }
        guard let account = MachineUser(named: user) else {
            throw ReportableError(.engineFailed, "cannot run \(command.program) as \(user): there is no such user")
        }
        let switching = ["--reuid=\(account.userID)", "--regid=\(account.groupID)", "--init-groups", "--"]
        return [try locate("setpriv")] + switching + [program] + command.arguments
    }

    private func locate(_ program: String) throws(ReportableError) -> String {
        let candidates = program.contains("/") ? [program] : Self.searchPath.map { "\($0)/\(program)" }
        guard let found = candidates.first(where: { access($0, X_OK) == 0 }) else {
            throw ReportableError(
                .programMissing,
                "the program \(program) is not installed",
                hint: "Install the Debian package that has it, then run the command again."
            )
        }
        return found
    }

    private func runWithinTime(_ command: CommandLine, _ argv: [String]) async throws -> CommandResult {
        try await withThrowingTaskGroup(of: CommandResult?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await Self.launch(command, argv) }
            group.addTask {
                try await Task.sleep(for: command.timeout.duration)
                return nil
            }
            guard let first = try await group.next(), let result = first else {
                throw ReportableError(
                    .engineFailed,
                    "\(command.program) did not end within \(command.timeout) and was killed"
                )
            }
            return result
        }
    }

    private static func launch(_ command: CommandLine, _ argv: [String]) async throws -> CommandResult {
        // A program that does not read its input must not end us.
        if command.input != nil { signal(SIGPIPE, SIG_IGN) }
        let outcome = try await Subprocess.run(
            .path(FilePath(argv[0])),
            arguments: Arguments(Array(argv.dropFirst())),
            environment: environment(of: command),
            workingDirectory: command.directory.map { FilePath($0) },
            platformOptions: platformOptions,
            input: .inputWriter,
            output: .sequence,
            error: .sequence
        ) { execution in
            async let output = collect(execution.standardOutput, limit: command.outputLimit)
            async let errorOutput = collect(execution.standardError, limit: command.outputLimit)
            await feed(command.input, to: execution.standardInputWriter)
            return (try await output, try await errorOutput)
        }
        let status = status(outcome.terminationStatus)
        return CommandResult(status: status, output: outcome.closureResult.0, errorOutput: outcome.closureResult.1)
    }

    static func status(_ end: TerminationStatus) -> Int32 {
        switch end {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }

    /// A session of its own, which is killed as a whole when the task that waits for it is cancelled.
    static var platformOptions: PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
        return options
    }

    static func environment(of command: CommandLine) -> Subprocess.Environment {
        var variables = ["PATH" as Subprocess.Environment.Key: searchPath.joined(separator: ":"), "LANG": "C.UTF-8"]
        for (name, value) in command.environment { variables[.init(stringLiteral: name)] = value.reveal() }
        return .custom(variables)
    }

    private static func feed(_ input: Redacted<String>?, to writer: StandardInputWriter) async {
        // A program may end before it has read everything: its exit status tells, not the broken pipe.
        if let input { _ = try? await writer.write(Array(input.reveal().utf8)) }
        try? await writer.finish()
    }

    /// Reads to the end, so that the program is never held up, and keeps the first `limit` bytes.
    private static func collect(_ output: SubprocessOutputSequence, limit: Int) async throws -> String {
        var kept: [UInt8] = []
        for try await buffer in output {
            let room = limit - kept.count
            guard room > 0 else { continue }
            buffer.withUnsafeBytes { kept.append(contentsOf: $0.prefix(room)) }
        }
        return String(decoding: kept, as: UTF8.self)
    }
}
