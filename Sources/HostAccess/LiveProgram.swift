import Basics
import Glibc
import Interfaces
import Subprocess
import Synchronization
import SystemPackage

/// A program of this machine that runs while others do: `LiveCommandRunner` without the end.
final class LiveProgram: RunningProgram {
    let processID: Int
    private let course: Course
    private let handover: Handover
    private let run: Task<CommandResult, Never>

    private init(processID: Int, course: Course, handover: Handover, run: Task<CommandResult, Never>) {
        self.processID = processID
        self.course = course
        self.handover = handover
        self.run = run
    }

    deinit { run.cancel() }

    static func start(
        _ command: CommandLine,
        _ argv: [String],
        input: ByteStream?
    ) async throws(ReportableError) -> LiveProgram {
        let (course, handover) = (Course(), Handover())
        let (beginning, begin) = AsyncStream<Int>.makeStream()
        let run = Task.detached {
            let result = await Performance(command: command, argv: argv, course: course, handover: handover)
                .play(input, begin)
            begin.finish()
            return result
        }
        var announcements = beginning.makeAsyncIterator()
        if let processID = await announcements.next() {
            return LiveProgram(processID: processID, course: course, handover: handover, run: run)
        }
        run.cancel()
        _ = await run.value
        _ = try await handover.take()
        throw ReportableError(.interrupted, "\(command.program) was interrupted")
    }

    var isRunning: Bool { course.processID != nil }

    var output: ByteStream {
        ByteStream { () throws(ReportableError) in try await self.next() }
    }

    private func next() async throws(ReportableError) -> [UInt8]? {
        let (handover, run) = (handover, run)
        let result: Result<[UInt8]?, ReportableError> = await withTaskCancellationHandler {
            do throws(ReportableError) { return .success(try await handover.take()) } catch { return .failure(error) }
        } onCancel: {
            run.cancel()
        }
        return try result.get()
    }

    func send(signal: Int32) { course.send(signal) }

    func kill() { run.cancel() }

    func end() async -> CommandResult { await run.value }
}

/// Whether the process of a program still has its number. It has while its outputs are read: until then it is not
/// waited for, and the number cannot be another's.
private final class Course: Sendable {
    private let number = Mutex<pid_t?>(nil)

    var processID: pid_t? { number.withLock { $0 } }

    func set(_ processID: pid_t?) { number.withLock { $0 = processID } }

    func send(_ signal: Int32, toAll: Bool = false) {
        number.withLock { number in
            if let number { _ = Glibc.kill(toAll ? -number : number, signal) }
        }
    }
}

/// One run of a program, from its start to its end.
private struct Performance: Sendable {
    /// Bytes kept of what it said last.
    static let wordsLimit = 16 << 10

    let command: CommandLine
    let argv: [String]
    let course: Course
    let handover: Handover

    /// Ends the handover too, with the reason where there is one.
    func play(_ input: ByteStream?, _ begin: AsyncStream<Int>.Continuation) async -> CommandResult {
        // A program that does not read its input must not end us.
        signal(SIGPIPE, SIG_IGN)
        do {
            let result = try await launch(input, begin)
            course.set(nil)
            handover.finish(result.succeeded ? .success(()) : .failure(failure(result)))
            return result
        } catch {
            course.set(nil)
            let error =
                Task.isCancelled
                ? ReportableError(.interrupted, "\(command.program) was interrupted")
                : error as? ReportableError
                    ?? ReportableError(.engineFailed, "cannot run \(command.program): \(error)")
            handover.finish(.failure(error))
            return CommandResult(status: 128 + SIGKILL, output: "", errorOutput: error.message)
        }
    }

    private func failure(_ result: CommandResult) -> ReportableError {
        guard !Task.isCancelled else { return ReportableError(.interrupted, "\(command.program) was interrupted") }
        let program = command.program.split(separator: "/").last ?? ""
        return ReportableError(
            .engineFailed,
            result.status > 128
                ? "\(program) was ended by signal \(result.status - 128)"
                : "\(program) failed with status \(result.status)",
            details: result.errorOutput.split(separator: "\n").suffix(15).map(String.init)
        )
    }

    private func launch(
        _ input: ByteStream?,
        _ begin: AsyncStream<Int>.Continuation
    ) async throws -> CommandResult {
        let outcome = try await Subprocess.run(
            .path(FilePath(argv[0])),
            arguments: Arguments(Array(argv.dropFirst())),
            environment: LiveCommandRunner.environment(of: command),
            workingDirectory: command.directory.map { FilePath($0) },
            platformOptions: LiveCommandRunner.platformOptions,
            input: .inputWriter,
            output: .sequence,
            error: .sequence
        ) { execution in
            course.set(execution.processIdentifier.value)
            begin.yield(Int(execution.processIdentifier.value))
            let writer = execution.standardInputWriter
            let feeding = Task { await feed(input, to: writer) }
            async let words = lastWords(execution.standardError)
            try await pump(execution.standardOutput)
            let said = try await words
            // Whoever has closed its outputs reads no more.
            feeding.cancel()
            course.set(nil)
            if let error = await feeding.value { throw error }
            return said
        }
        let status = LiveCommandRunner.status(outcome.terminationStatus)
        return CommandResult(status: status, output: "", errorOutput: outcome.closureResult)
    }

    /// What the input threw, after the program was killed for it.
    private func feed(_ input: ByteStream?, to writer: StandardInputWriter) async -> ReportableError? {
        do throws(ReportableError) {
            while let piece = try await input?.next() {
                // A program may end before it has read everything: its exit status tells, not the broken pipe.
                guard (try? await writer.write(piece)) != nil else { break }
            }
        } catch {
            guard !Task.isCancelled else { return nil }
            course.send(SIGKILL, toAll: true)
            return error
        }
        try? await writer.finish()
        return nil
    }

    private func pump(_ output: SubprocessOutputSequence) async throws {
        for try await buffer in output {
            await handover.give(buffer.withUnsafeBytes { Array($0) })
        }
    }

    private func lastWords(_ output: SubprocessOutputSequence) async throws -> String {
        var kept: [UInt8] = []
        for try await buffer in output {
            buffer.withUnsafeBytes { kept.append(contentsOf: $0) }
            if kept.count > 2 * Self.wordsLimit { kept.removeFirst(kept.count - Self.wordsLimit) }
        }
        return String(decoding: kept.suffix(Self.wordsLimit), as: UTF8.self)
    }
}

extension LiveCommandRunner: ProgramStarter {
    package func start(
        _ command: CommandLine,
        input: ByteStream?
    ) async throws(ReportableError) -> any RunningProgram {
        try await LiveProgram.start(command, try argumentVector(of: command), input: input)
    }
}
