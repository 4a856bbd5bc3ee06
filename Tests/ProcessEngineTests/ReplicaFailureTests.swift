import Basics
import Glibc
import StackModel
import Testing

@testable import ProcessEngine

/// Each way in which a replica fails is named in one sentence as soon as it is knowable.
@Suite(.serialized) struct ReplicaFailureTests {
    private func failure(
        of app: ReplicaTemplate,
        in harbour: Harbour,
        within limit: Duration = .seconds(15),
        for healthyFor: TimeSpan = .seconds(2),
        deadline: TimeSpan = .seconds(60)
    ) async throws -> ReportableError {
        var failure: ReportableError?
        let time = await ContinuousClock().measure {
            failure = await #expect(throws: ReportableError.self) {
                try await harbour.start(app)
                try await harbour.awaitReady(app, for: healthyFor, deadline: deadline)
            }
        }
        // On a machine with nothing else to do each takes less than a second longer than its cause.
        #expect(time < limit, "found after \(time)")
        let found = try #require(failure)
        print("found after \(time): \(found.message)", found.details.last ?? "")
        return found
    }

    @Test("a program that exits at once is named with its status and last lines")
    func exitsAtOnce() async throws {
        try await Harbour.with { harbour in
            let error = try await failure(
                of: Apps.python("print('no configuration'); raise SystemExit(3)"),
                in: harbour
            )
            #expect(error.code == .replicaFailed)
            #expect(error.message.hasPrefix("api-1 exited with status 3 after "))
            #expect(error.message.hasSuffix(" s, saying: no configuration"))
            #expect(error.details.contains("no configuration"))
        }
    }

    @Test("a program that exits while it is watched is found when it does")
    func exitsLater() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server("threading.Timer(2, lambda: os._exit(4)).start()")
            let error = try await failure(of: app, in: harbour, for: .seconds(20))
            #expect(error.message.hasPrefix("api-1 exited with status 4 after 2."))
        }
    }

    @Test("a program killed by a signal is named with the signal")
    func killed() async throws {
        try await Harbour.with { harbour in
            let app = Apps.python("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
            let error = try await failure(of: app, in: harbour)
            #expect(error.message.contains("was killed by signal 11 (Segmentation fault)"))
        }
    }

    @Test("a program killed for want of memory is named with its limit", .enabled(if: geteuid() == 0, "needs root"))
    func outOfMemory() async throws {
        try #require(ControlGroupMounts().has("memory"))
        try await Harbour.with { harbour in
            let limits = Resources(memory: ByteCount(bytes: 64 << 20))
            let app = Apps.python("block = bytearray(256 << 20); import time; time.sleep(60)", limits: limits)
            let error = try await failure(of: app, in: harbour)
            #expect(error.message.contains("was killed by the kernel"))
            #expect(error.message.hasSuffix("out of memory at its limit of 64MiB"))
        }
    }

    @Test("a program that cannot be executed is named")
    func notExecutable() async throws {
        try await Harbour.with { harbour in
            let source = "\(harbour.home)/broken"
            try Disk.makeDirectory(source, mode: 0o755)
            try Disk.write(Array("#!/no/such/interpreter\n".utf8), to: "\(source)/serve", mode: 0o755)
            var app = Apps.python("")
            let digest = try await harbour.engine.digest(ofSource: source)
            app.command = ["./serve"]
            app.source = digest
            try await harbour.perform(.storeSource("api", digest), app, source: source)
            let error = try await failure(of: app, in: harbour)
            #expect(error.message.contains("when it was to be executed (status 127)"))
            #expect(error.details.contains { $0.contains("serve") })
        }
    }

    @Test("a program that listens on another port is found after three seconds, with both ports")
    func wrongPort() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server(listensOn: "int(os.environ['PORT']) + 5000")
            let error = try await failure(of: app, in: harbour)
            let port = try await #require(harbour.observed("api-1").port)
            #expect(error.message == "api-1 listens on port \(port + 5000) instead of \(port)")
        }
    }

    @Test("a program that is never ready is given up at the deadline, with what its probe said")
    func neverReady() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server("Handler.status = 503")
            let error = try await failure(of: app, in: harbour, deadline: .seconds(1))
            #expect(error.message == "api-1 was not ready within 1s: GET /healthz answered 503")
        }
    }

    @Test("a program that gets unready again before it counts is found when it does, with the status")
    func unreadyAgain() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server("threading.Timer(1, lambda: setattr(Handler, 'status', 500)).start()")
            let error = try await failure(of: app, in: harbour, for: .seconds(20))
            #expect(error.message.hasSuffix("and then not any more: GET /healthz answered 500"))
            #expect(error.message.hasPrefix("api-1 was ready for "))
        }
    }

    @Test("one late answer of a replica that was ready is forgiven, three in a row are not")
    func late() async throws {
        let slow = """
            begun = time.time()
            class Handler(Handler):
                def do_GET(self):
                    if begun + 1 < time.time() < begun + LENGTH: time.sleep(1.2)
                    super().do_GET()
            """
        try await Harbour.with { harbour in
            let app = Apps.server(slow.replacing("LENGTH", with: "1.5"))
            try await harbour.start(app)
            try await harbour.awaitReady(app, for: .seconds(4))
        }
        try await Harbour.with { harbour in
            let app = Apps.server(slow.replacing("LENGTH", with: "60"))
            let error = try await failure(of: app, in: harbour, for: .seconds(20))
            #expect(error.message.hasSuffix("and then not any more: GET /healthz got no reply (none within 1s)"))
        }
    }

    @Test("a fixed port that somebody else holds is refused before anything is made, and they are named and left alone")
    func portTaken() async throws {
        try await Harbour.with { harbour in
            let port = try #require((30_000...30_100).first { Ports.isFree($0) })
            let other = try Squatter(port: port)
            defer { other.leave() }
            let error = try await failure(of: Apps.server(port: .fixed(port)), in: harbour)
            #expect(error.code == .portTaken)
            #expect(error.message.hasPrefix("port \(port) is held by process \(other.process) ("))
            #expect(error.message.contains("python3 -c import socket"))
            #expect(!harbour.folder.replica("api-1").exists)
            #expect(ProcessEntry(other.process) != nil)
        }
    }

    @Test("a replica that ends because somebody took its port meanwhile names them")
    func portTakenMeanwhile() async throws {
        try await Harbour.with { harbour in
            // The port is free when it is allotted and taken before the program gets to it.
            let app = Apps.server("time.sleep(2)")
            try await harbour.start(app)
            let port = try await #require(harbour.observed("api-1").port)
            let other = try Squatter(port: port)
            defer { other.leave() }
            let error = await #expect(throws: ReportableError.self) { try await harbour.awaitReady(app) }
            #expect(error?.message.hasPrefix("api-1 exited with status 1 after 2.") == true)
            #expect(error?.message.contains("while port \(port) is held by process \(other.process) (") == true)
        }
    }

    @Test("the last lines are those of the replica that failed, not of one before it with the same number")
    func ownLines() async throws {
        try await Harbour.with { harbour in
            let first = Apps.python("print('from the first'); raise SystemExit(3)")
            let second = Apps.python("print('from the second'); raise SystemExit(3)")
            _ = try await failure(of: first, in: harbour)
            let error = try await failure(of: second, in: harbour)
            #expect(error.details == ["from the second"])
        }
    }

    @Test("a program that its source lacks, or has but cannot run, is named as such")
    func programMissingInSource() async throws {
        try await Harbour.with { harbour in
            let source = "\(harbour.home)/source"
            try Disk.makeDirectory(source, mode: 0o755)
            for (file, mode, words) in [
                ("other", mode_t(0o755), "is not in its source"),
                ("serve", 0o644, "is in its source, but not as an executable file"),
            ] {
                try Disk.write(Array("#!/bin/true\n".utf8), to: "\(source)/\(file)", mode: mode)
                var app = Apps.python("")
                let digest = try await harbour.engine.digest(ofSource: source)
                app.command = ["./serve"]
                app.source = digest
                try await harbour.perform(.storeSource("api", digest), app, source: source)
                let error = try await failure(of: app, in: harbour)
                #expect(error.message == "the program ./serve of api \(words)")
            }
        }
    }

    @Test("a missing program is refused before anything is made, with the package to install")
    func programMissing() async throws {
        try await Harbour.with { harbour in
            var app = Apps.python("")
            app.command = ["grafana-server-of-old"]
            let error = try await failure(of: app, in: harbour)
            #expect(error.code == .programMissing)
            #expect(error.message == "the program grafana-server-of-old of api is not installed")
            #expect(!harbour.folder.replica("api-1").exists)
            let early = await #expect(throws: ReportableError.self) {
                _ = try await harbour.engine.preflight(app, in: harbour.stack)
            }
            #expect(early?.code == .programMissing)
        }
    }

    @Test("a replica that restarts is not confirmed, one that stays is")
    func confirm() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            try await harbour.perform(.confirm(["api-1"], healthyFor: TimeSpan(milliseconds: 500)))
            let process = try await #require(harbour.observed("api-1").processID)
            kill(pid_t(process), SIGKILL)
            let error = await #expect(throws: ReportableError.self) {
                try await harbour.perform(.confirm(["api-1"], healthyFor: .seconds(5)))
            }
            #expect(error?.message.contains("api-1 was killed by signal 9 (Killed)") == true)
        }
    }

    @Test("a replica that hangs is not confirmed")
    func confirmsNoHang() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server(
                """
                begun = time.time()
                class Handler(Handler):
                    def do_GET(self):
                        if time.time() > begun + 1.5: time.sleep(30)
                        super().do_GET()
                """
            )
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            try await Task.sleep(for: .seconds(1.5))
            let error = await #expect(throws: ReportableError.self) {
                try await harbour.perform(.confirm(["api-1"], healthyFor: TimeSpan(milliseconds: 100)))
            }
            #expect(error?.message.hasSuffix("GET /healthz got no reply (none within 1s)") == true)
        }
    }

    @Test("what ended before the operation began is not held against a replica that is kept; what ends now is")
    func olderEnds() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            let process = try await #require(harbour.observed("api-1").processID)
            kill(pid_t(process), SIGKILL)
            try await eventually("a new process") {
                let now = try await harbour.observed("api-1")
                return now.restarts == 1 && now.processID != nil
            }
            let wait = Action.awaitReady("api-1", healthyFor: TimeSpan(milliseconds: 100), deadline: .seconds(10))
            let began = WallClock.now
            try await harbour.perform(wait, began: began)
            try await harbour.perform(.confirm(["api-1"], healthyFor: TimeSpan(milliseconds: 100)), began: began)
            // The same replica, had this operation started it.
            await #expect(throws: ReportableError.self) {
                try await harbour.perform(wait, began: Instant(milliseconds: 0))
            }
            let confirm = Task {
                try await harbour.perform(.confirm(["api-1"], healthyFor: .seconds(20)), began: began)
            }
            try await Task.sleep(for: .milliseconds(500))
            let second = try await #require(harbour.observed("api-1").processID)
            kill(pid_t(second), SIGKILL)
            let result = await confirm.result
            #expect { try result.get() } throws: {
                ($0 as? ReportableError)?.message.contains("api-1 was killed by signal 9") == true
            }
        }
    }

    @Test("a replica is probed under a name that frameworks allow")
    func probeHost() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server(
                """
                class Handler(Handler):
                    def do_GET(self):
                        Handler.status = 200 if self.headers["Host"] == "localhost" else 400
                        super().do_GET()
                """
            )
            try await harbour.start(app)
            try await harbour.awaitReady(app)
        }
    }

    @Test("a cancelled wait ends as interrupted")
    func cancelled() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server("Handler.status = 503")
            try await harbour.start(app)
            let wait = Task { try await harbour.awaitReady(app, deadline: .seconds(60)) }
            wait.cancel()
            let result = await wait.result
            #expect { try result.get() } throws: { ($0 as? ReportableError)?.code == .interrupted }
        }
    }
}

/// A process of somebody else's that holds a port.
private struct Squatter {
    let process: Int

    init(port: Int) throws {
        // A port whose last connections are still winding down can be taken all the same.
        let text = """
            import socket, time
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("127.0.0.1", \(port)))
            s.listen()
            time.sleep(600)
            """
        let command: [String] = ["python3", "-c", text]
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var process = pid_t()
        try #require(posix_spawn(&process, "/usr/bin/python3", nil, nil, &words, environ) == 0)
        self.process = Int(process)
        let deadline = ContinuousClock.now.advanced(by: .seconds(10))
        while Ports.holder(of: port) == nil && ContinuousClock.now < deadline { usleep(20_000) }
    }

    func leave() {
        kill(pid_t(process), SIGKILL)
        waitpid(pid_t(process), nil, 0)
    }
}
