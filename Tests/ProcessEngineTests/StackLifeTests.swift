import Basics
import Glibc
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

@Suite(.serialized) struct StackLifeTests {
    @Test("a program beside a replica runs where it runs, as its user, with its environment")
    func execute() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server(environment: ["TOKEN": "a b"])
            try await harbour.start(app)
            let check = """
                import os, sys
                user = os.stat(".").st_uid
                sys.exit(7 if os.environ["TOKEN"] == "a b" and os.getuid() == user and os.path.exists("app.py") else 1)
                """
            let engine = harbour.engine
            #expect(try await engine.execute(["python3", "-c", check], in: "api-1", of: harbour.stack) == 7)
            let killed = ["python3", "-c", "import os; os.kill(os.getpid(), 9)"]
            #expect(try await engine.execute(killed, in: "api-1", of: harbour.stack) == 137)
            let missing = await #expect(throws: ReportableError.self) {
                _ = try await engine.execute(["true"], in: "api-9", of: harbour.stack)
            }
            #expect(missing?.code == .notFound)
        }
    }

    @Test("a program beside a replica blocks and ignores no signal, and is in the replica's control group")
    func executesAsBorn() async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app)
            signal(SIGPIPE, SIG_IGN)
            let note = "grep -E '^Sig(Blk|Ign)' /proc/self/status > signals; cat /proc/self/cgroup > group"
            #expect(try await harbour.engine.execute(["sh", "-c", note], in: "api-1", of: harbour.stack) == 0)
            let work = harbour.folder.replica("api-1").work
            let masks = try #require(Disk.text("\(work)/signals")).split(separator: "\n").compactMap {
                $0.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
            }
            // The C library keeps two of those above 31 for itself.
            #expect(masks.count == 2 && masks.allSatisfy { $0 & 0x7fff_ffff == 0 })
            if geteuid() == 0 { #expect(Disk.text("\(work)/group")?.contains("/slipway/shop.test.api-1.") == true) }
        }
    }

    @Test("a signal to slipway is the program's while one runs beside a replica", arguments: [SIGTERM, SIGHUP, SIGINT])
    func forwards(_ number: Int32) async throws {
        try await Harbour.with { harbour in
            let app = Apps.server()
            try await harbour.start(app)
            let text = """
                import signal, time
                def got(number, frame): raise SystemExit(40 + number)
                for number in (1, 2, 15): signal.signal(number, got)
                open("here", "w").close()
                time.sleep(60)
                """
            let engine = harbour.engine
            let run = Task { try await engine.execute(["python3", "-c", text], in: "api-1", of: harbour.stack) }
            try await eventually("the program") { Disk.exists("\(harbour.folder.replica("api-1").work)/here") }
            kill(getpid(), number)
            #expect(try await run.value == 40 + number)
        }
    }

    @Test("a program for nobody at a terminal is heard, has no input, and is killed when its time is over")
    func unattended() async throws {
        try await Harbour.with { harbour in
            try await harbour.start(Apps.server())
            let (engine, stack) = (harbour.engine, harbour.stack)
            func run(_ script: String, within time: TimeSpan = .seconds(20)) async throws -> CommandResult {
                try await engine.run(["sh", "-c", script], beside: "api-1", of: stack, within: time)
            }
            let result = try await run("cat; echo one; echo two >&2; exit 3")
            #expect(result.status == 3 && result.output == "one\ntwo")
            // What goes on in the background may be what ends a rest by itself.
            #expect(try await run("sleep 30 >&- 2>&- & echo $! >background").succeeded)
            let work = harbour.folder.replica("api-1").work
            func process(_ file: String) throws -> pid_t {
                try #require(Disk.text("\(work)/\(file)").flatMap { pid_t($0.filter(\.isNumber)) })
            }
            #expect(kill(try process("background"), SIGKILL) == 0)
            let late = await #expect(throws: ReportableError.self) {
                _ = try await run("echo why; echo $$ >late; sleep 60", within: .seconds(1))
            }
            #expect(late?.code == .engineFailed && late?.details == ["why"])
            #expect(kill(try process("late"), 0) != 0)
            let cancelled = Task { try await run("echo $$ >cancelled; sleep 60") }
            try await eventually("the program") { Disk.text("\(work)/cancelled")?.hasSuffix("\n") == true }
            cancelled.cancel()
            let error = await #expect(throws: ReportableError.self) { _ = try await cancelled.value }
            #expect(error?.code == .interrupted)
            #expect(kill(try process("cancelled"), 0) != 0)
        }
    }

    @Test("a stack is removed when no replica is left, and its data only when that is asked for")
    func removal() async throws {
        try await Harbour.with { harbour in
            var app = Apps.server()
            app.volume = Volume()
            try await harbour.perform(.prepareVolume("api"), app)
            try await harbour.start(app)
            for action in [Action.removeStack, .removeVolume("api")] {
                let error = await #expect(throws: ReportableError.self) { try await harbour.perform(action) }
                #expect(error?.code == .needsDecision)
            }
            try await harbour.perform(.removeReplica("api-1"))
            try await harbour.perform(.removeStack)
            #expect(Disk.list(harbour.folder.path).sorted() == ["logs", "volumes"])
            #expect(try harbour.engine.allotments.load()[harbour.stack].replicaPorts["api-1"] != nil)
            try await harbour.perform(.removeVolume("api"))
            try await harbour.perform(.removeVolume("api"))
            try await harbour.perform(.removeStack)
            #expect(Disk.list("\(harbour.home)/stacks").isEmpty)
            #expect(try harbour.engine.allotments.load()[harbour.stack] == StackAllotments())
        }
    }

    @Test(
        "a replica that starts has a quarter of the processor's weight until it is ready",
        .enabled(if: geteuid() == 0, "needs root")
    )
    func weight() async throws {
        try await Harbour.with { harbour in
            let limits = Resources(cpu: MilliCores(thousandths: 500), memory: ByteCount(bytes: 128 << 20))
            let app = Apps.server(limits: limits)
            #expect(try await harbour.engine.preflight(app, in: harbour.stack).isEmpty)
            try await harbour.start(app)
            let process = try await #require(harbour.observed("api-1").processID)
            try await eventually("its control group") { Self.weight(of: process) != nil }
            let starting = try #require(Self.weight(of: process))
            try await harbour.awaitReady(app)
            #expect(Self.weight(of: process) == starting * 4)
        }
    }

    /// From either version of control groups.
    private static func weight(of process: Int) -> Int? {
        let lines = (Disk.text("/proc/\(process)/cgroup") ?? "").split(separator: "\n")
        let paths = lines.compactMap { $0.split(separator: ":").last }.filter { $0.contains("slipway/shop") }
        return paths.flatMap { ["/sys/fs/cgroup/cpu\($0)/cpu.shares", "/sys/fs/cgroup\($0)/cpu.weight"] }.lazy
            .compactMap { Disk.text($0) }.compactMap { Int($0.filter(\.isNumber)) }.first
    }

    @Test("a home that replicas cannot walk into is refused, naming the directory", .enabled(if: geteuid() == 0))
    func closedHome() async throws {
        try await Harbour.with { harbour in
            let above = "\(harbour.home)/closed"
            try Disk.makeDirectory(above, mode: 0o700)
            let engine = ProcessEngine(
                home: "\(above)/home",
                runner: harbour.engine.runner,
                http: harbour.engine.http,
                edge: harbour.engine.edge
            )
            let app = Apps.server()
            let error = await #expect(throws: ReportableError.self) {
                try await engine.perform(
                    .startReplica("api-1", revision: app.revision),
                    with: StepInputs(
                        stack: harbour.stack,
                        release: 1,
                        template: app,
                        secret: { _ in SecretValue(user: nil, value: Redacted("")) }
                    )
                )
            }
            #expect(error?.message == "the directory \(above) cannot be entered by the users that replicas run as")
        }
    }

    @Test("many replicas are observed at a glance in a few milliseconds")
    func glance() async throws {
        try await Harbour.with { harbour in
            let app = Apps.python("import time; time.sleep(600)")
            for number in 1...8 { try await harbour.start(app, number) }
            let clock = ContinuousClock()
            var times: [Duration] = []
            for _ in 0..<30 {
                var seen = 0
                let time = try await clock.measure {
                    seen = try await harbour.engine.observe(harbour.stack, .glance).replicas.count
                }
                #expect(seen == 8)
                times.append(time)
            }
            print("glance at 8 replicas: median \(times.sorted()[15])")
            #expect(times.sorted()[15] < .milliseconds(50))
        }
    }
}
