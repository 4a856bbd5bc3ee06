import Basics
import Glibc
import HostAccess
import Interfaces
import Testing

@Suite struct LiveCommandRunnerTests {
    private let runner = LiveCommandRunner()

    @Test("a program's outputs and exit status are a result, also when it fails")
    func result() async throws {
        let script = "import sys; print('out'); print('bad', file=sys.stderr); sys.exit(3)"
        let result = try await runner.run(CommandLine("python3", ["-c", script]))
        #expect(result.status == 3 && !result.succeeded)
        #expect(result.output == "out\n" && result.errorOutput == "bad\n")
    }

    @Test("a program ended by a signal has 128 and the signal as its status")
    func signalled() async throws {
        let script = "import os; os.kill(os.getpid(), 15)"
        #expect(try await runner.run(CommandLine("python3", ["-c", script])).status == 143)
    }

    @Test("input arrives whole, and a program that does not read it harms nobody")
    func input() async throws {
        let text = String(repeating: "0123456789abcdef", count: 20_000)
        let counted = try await runner.run(CommandLine("wc", ["-c"], input: Redacted(text)))
        #expect(counted.output == "320000\n")
        #expect(try await runner.run(CommandLine("true", input: Redacted(text))).succeeded)
    }

    @Test("output beyond the limit is cut, keeping the beginning, and the program still ends")
    func outputLimit() async throws {
        let script = "print('begin' + 'x' * 3000000)"
        let result = try await runner.run(CommandLine("python3", ["-c", script], outputLimit: 1000))
        #expect(result.succeeded && result.output.utf8.count == 1000 && result.output.hasPrefix("beginxxx"))
    }

    @Test("a program gets a minimal environment and what it is given, in the directory it is given")
    func environment() async throws {
        setenv("SLIPWAY_TEST_CANARY", "1", 1)
        let command = CommandLine("env", environment: ["GIVEN": Redacted("yes")], directory: "/usr")
        let lines = try await runner.run(command).output.split(separator: "\n").map(String.init).sorted()
        #expect(
            lines == ["GIVEN=yes", "LANG=C.UTF-8", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        )
        #expect(try await runner.run(CommandLine("pwd", directory: "/usr")).output == "/usr\n")
    }

    @Test("a program that outlives its time is killed with its children")
    func timeout() async throws {
        let script = """
            import subprocess, sys, time
            print(subprocess.Popen(["sleep", "987654"]).pid, flush=True)
            open(sys.argv[1], "w").write("started")
            time.sleep(987654)
            """
        let error = await #expect(throws: ReportableError.self) {
            let command = CommandLine(
                "python3",
                ["-c", script, "/dev/null"],
                timeout: TimeSpan(milliseconds: 700)
            )
            _ = try await self.runner.run(command)
        }
        #expect(error?.code == .engineFailed)
        #expect(error?.message == "python3 did not end within 700ms and was killed")
        #expect(try await runner.run(CommandLine("pgrep", ["-f", "sleep 987654"])).output.isEmpty)
    }

    @Test("a cancelled call ends at once as interrupted, and its program with it")
    func cancellation() async throws {
        let runner = runner
        let task = Task { try await runner.run(CommandLine("sleep", ["876543"])) }
        try await Task.sleep(for: .milliseconds(200))
        let time = await ContinuousClock().measure {
            task.cancel()
            let result = await task.result
            #expect { try result.get() } throws: { ($0 as? ReportableError)?.code == .interrupted }
        }
        #expect(time < .seconds(2))
        #expect(try await runner.run(CommandLine("pgrep", ["-f", "sleep 876543"])).output.isEmpty)
    }

    @Test("a missing program and a missing user are named")
    func missing() async throws {
        let program = await #expect(throws: ReportableError.self) {
            _ = try await self.runner.run(CommandLine("no-such-program"))
        }
        #expect(program?.code == .programMissing)
        #expect(program?.message == "the program no-such-program is not installed")
        let user = await #expect(throws: ReportableError.self) {
            _ = try await self.runner.run(CommandLine("true", user: "no-such-user"))
        }
        #expect(user?.message == "cannot run true as no-such-user: there is no such user")
    }

    @Test("a program runs as another user", .enabled(if: geteuid() == 0, "needs root"))
    func otherUser() async throws {
        let result = try await runner.run(CommandLine("id", ["-un"], user: "nobody"))
        #expect(result.output == "nobody\n")
    }
}
