import Basics
import Glibc
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

@Suite(.serialized) struct ReplicaLifeTests {
    @Test("a replica starts, gets ready, stops and is removed, and leaves no process")
    func life() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            let clock = ContinuousClock()
            let started = try await clock.measure { try await harbour.start(app) }
            let ready = try await clock.measure { try await harbour.awaitReady(app) }
            let running = try await harbour.observed("api-1", .probed)
            #expect(running.state == .running && running.ready && running.restarts == 0)
            #expect(running.revision == app.revision && running.release == 1)
            #expect(AllotmentBook.ports.contains(try #require(running.port)))
            let glance = try await clock.measure { _ = try await harbour.observed("api-1") }
            let stopped = try await clock.measure { try await harbour.stop(app) }
            #expect(try await harbour.observed("api-1").state == .stopped)
            #expect(harbour.processes().isEmpty)
            try await harbour.perform(.removeReplica("api-1"))
            #expect(try await harbour.engine.observe(harbour.stack, .glance).replicas.isEmpty)
            print("start \(started), ready for 300 ms \(ready), glance \(glance), stop \(stopped)")
        }
    }

    @Test("starting, stopping and removing twice is the same as once")
    func idempotence() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app)
            let process = try await harbour.observed("api-1").processID
            try await harbour.start(app)
            #expect(try await harbour.observed("api-1").processID == process)
            try await harbour.stop(app)
            try await harbour.stop(app)
            try await harbour.perform(.removeReplica("api-1"))
            try await harbour.perform(.removeReplica("api-1"))
        }
    }

    @Test("a stopped replica starts again on its port; another revision takes its place")
    func again() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app)
            let port = try await harbour.observed("api-1").port
            try await harbour.stop(app)
            try await harbour.start(app)
            #expect(try await harbour.observed("api-1").port == port)
            let other = Apps.server("print('other')")
            try await harbour.start(other)
            try await harbour.awaitReady(other)
            let observed = try await harbour.observed("api-1")
            #expect(observed.revision == other.revision && observed.port == port)
        }
    }

    @Test("a killed program is restarted and counted; one that keeps dying is failing")
    func restarts() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            let first = try await #require(harbour.observed("api-1").processID)
            kill(pid_t(first), SIGKILL)
            try await eventually("a new process") {
                let now = try await harbour.observed("api-1")
                return now.restarts == 1 && now.processID != nil && now.processID != first
            }
            let second = try await #require(harbour.observed("api-1").processID)
            kill(pid_t(second), SIGKILL)
            try await eventually("trouble") {
                let now = try await harbour.observed("api-1")
                return now.state == .failing && now.restarts == 2 && now.trouble?.contains("signal 9") == true
            }
        }
    }

    @Test("a replica whose supervisors were killed is failing, is stopped without an orphan, and starts again")
    func supervisorKilled() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            for entry in harbour.processes() where entry.commandLine.hasPrefix("s6-supervise") {
                kill(pid_t(entry.id), SIGKILL)
            }
            try await eventually("failing") { try await harbour.observed("api-1").state == .failing }
            #expect(try await harbour.observed("api-1").trouble == "its supervisor is gone")
            try await harbour.stop(app)
            #expect(harbour.processes().map(\.commandLine) == [])
            try await harbour.start(app)
            try await harbour.awaitReady(app)
        }
    }

    @Test("a replica whose log has lost its supervisor is failing")
    func logSupervisorKilled() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            for entry in harbour.processes() where entry.commandLine.hasPrefix("s6-supervise") {
                if entry.commandLine.hasSuffix("/log") { kill(pid_t(entry.id), SIGKILL) }
            }
            try await eventually("failing") { try await harbour.observed("api-1").state == .failing }
            #expect(try await harbour.observed("api-1").trouble == "the supervisor of its log is gone")
            try await harbour.stop(app)
            #expect(harbour.processes().map(\.commandLine) == [])
        }
    }

    @Test("supervisors live in sessions of their own and hold nothing of the command that started them")
    func detached() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app)
            let supervisors = harbour.processes().filter { $0.commandLine.hasPrefix("s6-supervise") }
            #expect(supervisors.count == 2)
            for supervisor in supervisors {
                #expect(supervisor.session == supervisor.id && supervisor.parent != Int(getpid()))
                let held = Disk.list("/proc/\(supervisor.id)/fd").map { name in
                    var buffer = [CChar](repeating: 0, count: 512)
                    let count = readlink("/proc/\(supervisor.id)/fd/\(name)", &buffer, buffer.count)
                    return String(decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
                }
                let own = held.filter { $0.hasPrefix(harbour.home) || $0 == "/dev/null" || $0.contains("[signalfd]") }
                #expect(held == own)
            }
        }
    }

    @Test("after a reboot a replica is failing, whatever its old process number now is, and starts again")
    func reboot() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            // What a reboot leaves: the directories, and not one of the processes.
            try Disk.remove(file: harbour.folder.replica("api-1").down)
            for entry in harbour.processes() { kill(pid_t(entry.id), SIGKILL) }
            let folder = harbour.folder.replica("api-1")
            ControlGroup(folder, mounts: harbour.engine.mounts).remove()
            let status = "\(folder.path)/supervise/status"
            var bytes = try #require(Disk.read(status))
            // The number belongs to somebody else by now: to us.
            let own = UInt64(getpid())
            for index in 0..<8 { bytes[24 + index] = UInt8(truncatingIfNeeded: own >> UInt64(8 * (7 - index))) }
            try Disk.write(bytes, to: status)
            try await eventually("failing") { try await harbour.observed("api-1").state == .failing }
            let observed = try await harbour.observed("api-1")
            #expect(observed.processID == nil && !observed.ready)
            #expect(observed.trouble == "nothing supervises it, as after a reboot")
            try await harbour.start(app)
            try await harbour.awaitReady(app)
        }
    }

    @Test("a program that ignores its signal and left its session is gone after the grace")
    func stubborn() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server(
                """
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0: time.sleep(6543)
                    os._exit(0)
                """,
                stop: StopRule(grace: .seconds(1))
            )
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            let before = harbour.processes().count
            let time = try await ContinuousClock().measure { try await harbour.stop(app) }
            #expect(before >= 5 && harbour.processes().isEmpty)
            #expect(time > .seconds(1) && time < .seconds(4))
            print("stubborn tree of \(before) gone after \(time)")
        }
    }

    @Test("secrets are in the environment of the program and in files of mode 0600, and nowhere else")
    func secrets() async throws {
        let canary = "canary-\(UInt64.random(in: .min ... .max))\nsecond line \"quoted\" \\ $HOME ${PID}"
        let value = SecretValue(user: "u", value: Redacted(canary))
        try await Harbour.with(secrets: ["jwt": value]) { harbour in
            var app = Apps.server(environment: ["TOKEN": "\(Template.Segment.secret("jwt", .value))", "EMPTY": ""])
            app.files.append(RenderedFile(path: "conf/token", content: "\(Template.Segment.secret("jwt", .value))"))
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            let process = try await #require(harbour.observed("api-1").processID)
            let environment = try #require(Disk.read("/proc/\(process)/environ")).split(separator: 0)
                .map { String(decoding: $0, as: UTF8.self) }
            #expect(environment.contains("TOKEN=\(canary)") && environment.contains("EMPTY="))
            let needle = canary.prefix { $0 != "\n" }
            for entry in ProcessTable().entries {
                #expect(Disk.text("/proc/\(entry.id)/cmdline")?.contains(needle) != true)
            }
            let found = files(below: harbour.home).filter { Disk.text($0)?.contains(needle) == true }
            let folder = harbour.folder.replica("api-1")
            #expect(found == [folder.environment, "\(folder.work)/conf/token"].sorted())
            for path in found {
                var status = stat()
                #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
            }
        }
    }

    @Test("a secret in a command is refused")
    func secretInCommand() async throws {
        try await Harbour.with(secrets: ["jwt": SecretValue(user: nil, value: Redacted("x"))]) { harbour in
            var app = Apps.python("")
            app.command.append("--token=\(Template.Segment.secret("jwt", .value))")
            let error = await #expect(throws: ReportableError.self) { try await harbour.start(app) }
            #expect(error?.message == "the command of api contains the secret jwt")
        }
    }

    @Test(
        "a replica runs as a number of its own and can write nowhere but in its work directory",
        .enabled(if: geteuid() == 0, "needs root")
    )
    func unprivileged() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app)
            try await harbour.awaitReady(app)
            let process = try await #require(harbour.observed("api-1").processID)
            let status = try #require(Disk.text("/proc/\(process)/status"))
            let user = try #require(try harbour.engine.allotments.load()[harbour.stack].users["api"])
            #expect(status.contains("Uid:\t\(user)\t\(user)\t\(user)\t\(user)"))
            #expect(status.contains("Groups:\t \n") && status.contains("NoNewPrivs:\t1"))
            #expect(status.contains("CapEff:\t0000000000000000"))
            let folder = harbour.folder.replica("api-1")
            let command = ["find", harbour.home, "-writable", "-not", "-type", "l"]
            let output = try await harbour.engine.runner.run(
                CommandLine(
                    "setpriv",
                    ["--reuid=\(user)", "--regid=\(user)", "--clear-groups", "--"] + command
                )
            )
            let writable = output.output.split(separator: "\n").map(String.init)
            #expect(writable.allSatisfy { $0.hasPrefix(folder.work) || $0 == "\(folder.logger)/fifo" }, "\(writable)")
        }
    }

    @Test(
        "a program gets its arguments as they are",
        arguments: ["${PID}", "a b", "\"q\" \\ 'x'", "line\nbreak", "", "#{}"]
    )
    func arguments(_ argument: String) async throws {
        try await Harbour.with { harbour in
            var app = Apps.python("import sys, time; print(ascii(sys.argv[1]), flush=True); time.sleep(60)")
            app.command.append(Template(argument))
            try await harbour.start(app)
            try await eventually("a line in the log") { !LogFiles(harbour.folder.replica("api-1")).last(1).isEmpty }
            let text = LogFiles(harbour.folder.replica("api-1")).last(1).first?.text
            let body = argument.unicodeScalars.map { $0 == "\n" ? "\\n" : $0 == "\\" ? "\\\\" : String($0) }.joined()
            let expected =
                body.contains("'")
                ? "'"
                    + body.split(separator: "'", omittingEmptySubsequences: false)
                    .joined(separator: "\\'") + "'" : "'\(body)'"
            #expect(text == expected)
        }
    }

    @Test("Prometheus finds the replicas that are wanted up, and only those")
    func targets() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app, 1)
            try await harbour.start(app, 2)
            let path = "\(harbour.folder.targets)/api.json"
            let port = try await #require(harbour.observed("api-2").port)
            try await harbour.stop(app, 1)
            #expect(
                Disk.text(path)
                    == #"[{"labels":{"replica":"api-2","service":"api"},"targets":["127.0.0.1:\#(port)"]}]"#
            )
            try await harbour.perform(.removeReplica("api-2"))
            #expect(Disk.text(path) == "[]")
        }
    }

    private func files(below path: String) -> [String] {
        Disk.list(path).flatMap { name -> [String] in
            let path = "\(path)/\(name)"
            return Disk.isDirectory(path) ? files(below: path) : [path]
        }.filter { path in
            var status = stat()
            return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        }.sorted()
    }
}

extension ReplicaID: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) {
        let parts = text.split(separator: "-")
        self.init(ServiceName(unchecked: String(parts[0])), Int(parts[1]) ?? 0)
    }
}
