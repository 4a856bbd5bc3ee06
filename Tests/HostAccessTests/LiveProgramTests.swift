import Basics
import Glibc
import HostAccess
import Interfaces
import Synchronization
import Testing

@Suite struct LiveProgramTests {
    private let runner = LiveCommandRunner()

    private func python(_ script: String) -> CommandLine { CommandLine("python3", ["-c", script]) }

    @Test("a long output arrives whole, in pieces, while the program waits for its reader")
    func backPressure() async throws {
        let script = "import sys\nfor i in range(64): sys.stdout.buffer.write(bytes([i]) * (1 << 20))"
        let program = try await runner.start(python(script))
        try await Task.sleep(for: .milliseconds(300))
        #expect(program.isRunning, "what nobody reads must not all be taken in")
        let output = program.output
        var (count, digest) = (0, RunningDigest())
        while let piece = try await output.next() {
            #expect(!piece.isEmpty && piece.count <= ByteStream.pieceLimit)
            count += piece.count
            digest.update(piece)
        }
        var expected = RunningDigest()
        for byte in UInt8(0)..<64 { expected.update([UInt8](repeating: byte, count: 1 << 20)) }
        #expect(count == 64 << 20)
        #expect(digest.finish() == expected.finish())
        #expect(await program.end().succeeded && !program.isRunning)
    }

    @Test("the end of the output says why the program failed, and what came before is still read")
    func failure() async throws {
        let script = "import sys; print('half', flush=True); print('no space left', file=sys.stderr); sys.exit(3)"
        let program = try await runner.start(python(script))
        let output = program.output
        #expect(try await output.next() == Array("half\n".utf8))
        let error = await #expect(throws: ReportableError.self) { _ = try await output.next() }
        #expect(error?.code == .engineFailed && error?.message == "python3 failed with status 3")
        #expect(error?.details == ["no space left"])
    }

    @Test("a program that is killed by somebody is a failure, not an end")
    func killed() async throws {
        let program = try await runner.start(python("import os; os.write(1, b'x'); os.kill(os.getpid(), 9)"))
        let output = program.output
        #expect(try await output.next() == Array("x".utf8))
        let error = await #expect(throws: ReportableError.self) { _ = try await output.next() }
        #expect(error?.message == "python3 was ended by signal 9")
    }

    @Test("of what is said on the side only the end is kept")
    func words() async throws {
        let program = try await runner.start(
            python("import sys; sys.stderr.write('x' * 9000000 + '\\nlast\\n'); sys.exit(1)")
        )
        let result = await program.end()
        #expect(result.errorOutput.hasSuffix("\nlast\n") && result.errorOutput.utf8.count <= 16 << 10)
    }

    @Test("a stream is fed in, and the program sees its end")
    func input() async throws {
        let pieces = Counter()
        let input = ByteStream { () throws(ReportableError) in
            pieces.next() < 100 ? [UInt8](repeating: 1, count: 100_000) : nil
        }
        let output = try await runner.start(CommandLine("wc", ["-c"]), input: input).output
        #expect(try await output.next() == Array("10000000\n".utf8))
        #expect(try await output.next() == nil)
    }

    @Test("an input that breaks off kills the program, which never sees an end, and its error is the one that is told")
    func brokenInput() async throws {
        let pieces = Counter()
        let input = ByteStream { () throws(ReportableError) in
            guard pieces.next() == 0 else { throw ReportableError(.vaultDamaged, "the object is cut short") }
            return [1]
        }
        let script = "import sys; sys.stdin.buffer.read(); print('took it for the whole')"
        let output = try await runner.start(python(script), input: input).output
        let error = await #expect(throws: ReportableError.self) { while try await output.next() != nil {} }
        #expect(error?.code == .vaultDamaged)
    }

    @Test("an input that never comes does not hold up the end of a program")
    func endlessInput() async throws {
        let input = ByteStream { () throws(ReportableError) in
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
            throw ReportableError(.interrupted, "cancelled")
        }
        let program = try await runner.start(CommandLine("true"), input: input)
        #expect(await program.end().succeeded)
    }

    @Test("a program goes with its reader's task, with whoever holds it, and by order")
    func ends() async throws {
        let sleeper = python("import subprocess, time; subprocess.Popen(['sleep', '765432']); time.sleep(765432)")
        let runner = runner
        let task = Task { try await runner.start(sleeper).output.next() }
        try await Task.sleep(for: .milliseconds(300))
        task.cancel()
        let result = await task.result
        #expect { try result.get() } throws: { ($0 as? ReportableError)?.code == .interrupted }
        var program: (any RunningProgram)? = try await runner.start(sleeper)
        let dropped = try #require(program).processID
        program = nil
        try await eventuallyGone(dropped)
        let killed = try await runner.start(sleeper)
        killed.kill()
        #expect(await killed.end().status == 137)
        try await Task.sleep(for: .milliseconds(100))
        #expect(try await runner.run(CommandLine("pgrep", ["-f", "sleep 765432"])).output.isEmpty)
    }

    @Test("a signal reaches the program")
    func signal() async throws {
        let script = """
            import signal, sys, time
            signal.signal(15, lambda *_: sys.exit(7))
            print(1, flush=True)
            time.sleep(99)
            """
        let program = try await runner.start(python(script))
        _ = try await program.output.next()
        program.send(signal: SIGTERM)
        #expect(await program.end().status == 7)
        program.send(signal: SIGTERM)
    }

    @Test("a program that cannot be started says so")
    func missing() async throws {
        let error = await #expect(throws: ReportableError.self) {
            _ = try await self.runner.start(CommandLine("no-such-program"))
        }
        #expect(error?.code == .programMissing)
        let folder = await #expect(throws: ReportableError.self) {
            _ = try await self.runner.start(CommandLine("true", directory: "/nowhere"))
        }
        #expect(folder?.code == .engineFailed)
    }

    private func eventuallyGone(_ processID: Int) async throws {
        for _ in 0..<200 where kill(pid_t(processID), 0) == 0 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(kill(pid_t(processID), 0) != 0)
    }
}

private final class Counter: Sendable {
    private let count = Mutex(0)
    func next() -> Int {
        count.withLock { count in
            defer { count += 1 }
            return count
        }
    }
}
