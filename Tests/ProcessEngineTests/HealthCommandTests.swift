import Basics
import Glibc
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

@Suite(.serialized) struct HealthCommandTests {
    /// A program that runs, and is asked by these words.
    private func app(
        _ words: Template...,
        text: String = "import time; time.sleep(600)",
        environment: [String: Template] = [:],
        port: PortUse = .none,
        timeout: TimeSpan = .seconds(5)
    ) -> ReplicaTemplate {
        var app = Apps.python(text, environment: environment, port: port, probe: .command(words: words))
        app.probeTiming = ProbeTiming(interval: TimeSpan(milliseconds: 100), timeout: timeout)
        return app
    }

    private func failure(of app: ReplicaTemplate, in harbour: Harbour) async throws -> ReportableError {
        let error = await #expect(throws: ReportableError.self) {
            try await harbour.start(app)
            try await harbour.awaitReady(app, deadline: .seconds(2))
        }
        return try #require(error)
    }

    @Test("a replica is ready when its check ends with status 0, and not before")
    func becomesReady() async throws {
        try await Harbour.with { harbour in
            let app = app(
                "test",
                "-e",
                "\(.directory)/ready",
                text: "import time; time.sleep(1.5); open('ready', 'w').close(); time.sleep(600)"
            )
            _ = try await harbour.engine.preflight(app, in: harbour.stack)
            try await harbour.start(app)
            #expect(try await harbour.observed("api-1", .probed).ready == false)
            #expect(try await harbour.observed("api-1").ready)
            let time = try await ContinuousClock().measure { try await harbour.awaitReady(app) }
            #expect(time > .seconds(1))
            #expect(try await harbour.observed("api-1", .probed).ready)
            try await harbour.perform(.confirm(["api-1"], healthyFor: TimeSpan(milliseconds: 500)))
        }
    }

    @Test("a check runs where the replica runs, as its user, with its environment, and is told its port")
    func runsBeside() async throws {
        let text = """
            import os, sys
            wanted = os.environ["TOKEN"] == "a b" and sys.argv[1] == os.environ["PORT"] and os.path.exists("app.py")
            sys.exit(0 if wanted and os.getuid() == os.stat(".").st_uid and sys.argv[2] == '"$HOME" \\\\ ' else 1)
            """
        try await Harbour.with { harbour in
            let app = app(
                "python3",
                "-c",
                Template(text),
                "\(.port)",
                "\"$HOME\" \\ ",
                environment: ["TOKEN": "a b", "PORT": "\(.port)"],
                port: .perReplica
            )
            try await harbour.start(app)
            try await harbour.awaitReady(app)
        }
    }

    @Test("a check that fails says how it ended and what it said last")
    func fails() async throws {
        try await Harbour.with { harbour in
            let words = "echo 'fatal: no database' >&2; exit 3"
            let error = try await failure(of: app("sh", "-c", Template(words)), in: harbour)
            #expect(
                error.message == "api-1 was not ready within 2s: its check `sh -c \(words)` exited with status 3,"
                    + " saying: fatal: no database"
            )
        }
    }

    @Test("a check that hangs is killed at its timeout with all that it started, also what left its session")
    func hangs() async throws {
        try await Harbour.with { harbour in
            let text = "echo stuck; setsid sleep 76543 & (setsid sh -c 'sleep 76543; true' &) ; sleep 76543"
            let app = app("sh", "-c", Template(text), timeout: TimeSpan(milliseconds: 400))
            let error = try await failure(of: app, in: harbour)
            #expect(error.message.contains("did not end within 400ms, saying: stuck"), "\(error.message)")
            #expect(ProcessTable().entries.filter { $0.commandLine.contains("76543") }.isEmpty)
            #expect(try await harbour.observed("api-1").processID != nil)
        }
    }

    @Test("checks that hang take no thread that others wait for")
    func blocksNobody() async throws {
        try await Harbour.with { harbour in
            let app = app("sleep", "60", timeout: .seconds(1))
            for number in 1...8 { try await harbour.start(app, number) }
            let time = try await ContinuousClock().measure {
                let observation = try await harbour.engine.observe(harbour.stack, .probed)
                #expect(observation.replicas.count == 8 && observation.replicas.allSatisfy { !$0.ready })
            }
            #expect(time < .seconds(4), "\(time)")
        }
    }

    @Test("what a check leaves in the background ends with it, or else with the replica, and holds nobody up")
    func leavesSomething() async throws {
        try await Harbour.with { harbour in
            let app = app("sh", "-c", "sleep 76544 & setsid sleep 76545 & exit 0")
            try await harbour.start(app)
            let time = try await ContinuousClock().measure { try await harbour.awaitReady(app) }
            #expect(time < .seconds(3))
            #expect(try await harbour.observed("api-1", .probed).ready)
            let left = ProcessTable().entries.map(\.commandLine)
            #expect(!left.contains("sleep 76544") && left.contains("sleep 76545"))
            try await harbour.stop(app)
            #expect(harbour.processes().isEmpty)
        }
    }

    @Test("a check that says much is read to its end")
    func saysMuch() async throws {
        try await Harbour.with { harbour in
            let app = app("sh", "-c", "head -c 3000000 /dev/zero | tr '\\\\0' x; echo; echo the end >&2; exit 1")
            let error = try await failure(of: app, in: harbour)
            #expect(error.message.hasSuffix("exited with status 1, saying: the end"), "\(error.message)")
        }
    }

    @Test("a check whose program is missing is refused before anything is made, in words that name it")
    func isMissing() async throws {
        try await Harbour.with { harbour in
            let app = app("no-such-check", "-q")
            let early = await #expect(throws: ReportableError.self) {
                _ = try await harbour.engine.preflight(app, in: harbour.stack)
            }
            let late = try await failure(of: app, in: harbour)
            for error in [try #require(early), late] {
                #expect(error.code == .programMissing)
                #expect(error.message == "the health check of api: the program no-such-check of api is not installed")
            }
            #expect(!harbour.folder.replica("api-1").exists)
        }
    }

    @Test("a check whose program goes away later is an answer that names it")
    func goesAway() async throws {
        try await Harbour.with { harbour in
            let program = "\(harbour.home)/check"
            try Disk.write(Array("#!/bin/sh\n".utf8), to: program, mode: 0o755)
            let app = app(Template(program))
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            try Disk.remove(file: program)
            let error = try await failure(of: app, in: harbour)
            #expect(error.message.contains("cannot be run: the program \(program) of api is not installed"))
        }
    }

    @Test("a wait for a check that hangs can be cut short")
    func isCancelled() async throws {
        try await Harbour.with { harbour in
            let app = app("sleep", "76544", timeout: .seconds(60))
            try await harbour.start(app)
            let wait = Task { try await harbour.awaitReady(app, deadline: .seconds(60)) }
            try await eventually("the check") {
                ProcessTable().entries.contains { $0.commandLine.contains("76544") }
            }
            let time = await ContinuousClock().measure {
                wait.cancel()
                _ = await wait.result
            }
            #expect(time < .seconds(5))
            #expect(!ProcessTable().entries.contains { $0.commandLine.contains("76544") })
        }
    }

    @Test("a secret in a check is refused")
    func refusesSecrets() async throws {
        try await Harbour.with(secrets: ["jwt": SecretValue(user: nil, value: Redacted("x"))]) { harbour in
            let error = try await failure(of: app("test", "\(.secret("jwt", .value))"), in: harbour)
            #expect(error.message == "the command of api contains the secret jwt")
        }
    }
}
