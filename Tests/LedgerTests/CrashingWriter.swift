import Basics
import FoundationEssentials
import Glibc
import Ledger
import StackModel

/// A second process that writes to a ledger until it is killed. It is this test program again, told by its
/// environment to run the one test that writes. After each write it acknowledges by one byte in a file beside.
enum CrashingWriter {
    private static let variable = "LEDGER_CRASHING_WRITER"

    static var isChild: Bool { getenv(variable) != nil }

    /// Starts a writer, waits until so many writes are acknowledged in all, and kills it.
    static func runAndKill(after goal: Int, in folder: Folder) async throws {
        let child = try start(on: folder)
        defer {
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
        }
        try await wait(until: goal, in: folder)
    }

    static let strace = "/usr/bin/strace"

    /// Runs a writer in which strace does something to one of its system calls, such as `fdatasync:signal=KILL:when=3`,
    /// and returns when it has ended. Throws when it lives on for 20 s.
    static func run(injecting fault: String, in folder: Folder) async throws {
        let child = try start(
            on: folder,
            under: [strace, "-f", "-qq", "-o", "/dev/null", "-e", "inject=\(fault)"]
        )
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(20)
        while waitpid(child, nil, WNOHANG) == 0 {
            guard clock.now < deadline else {
                kill(child, SIGKILL)
                waitpid(child, nil, 0)
                throw ReportableError(.broken, "nothing came of \(fault)")
            }
            try await clock.sleep(for: .milliseconds(2))
        }
    }

    static func output(in folder: Folder) throws -> String {
        try String(contentsOfFile: folder.path + "/output", encoding: .utf8)
    }

    private static func start(on folder: Folder, under tracer: [String] = []) throws -> pid_t {
        let arguments =
            tracer + [
                try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"), "--testing-library",
                "swift-testing", "--filter", "DurabilityTests/writer",
            ]
        var environment: [String] = ["\(variable)=\(folder.path)"]
        for name in ["PATH", "LD_LIBRARY_PATH", "HOME"] {
            if let value = getenv(name) { environment.append("\(name)=\(String(cString: value))") }
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, folder.path + "/output", O_CREAT | O_WRONLY, 0o600)
        }
        var child: pid_t = 0
        let code = withCStrings(arguments) { argv in
            withCStrings(environment) { posix_spawn(&child, arguments[0], &actions, nil, argv, $0) }
        }
        guard code == 0 else { throw ReportableError(.broken, "cannot start \(arguments[0]): \(code)") }
        return child
    }

    private static func withCStrings<Value>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        let copies = strings.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        return copies.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("the buffer ends with nil, so has a base") }
            return body(base)
        }
    }

    /// Throws when the writer does not get there within 20 s.
    private static func wait(until goal: Int, in folder: Folder) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(20)
        while try acknowledged(in: folder) < goal {
            guard clock.now < deadline else {
                throw ReportableError(.broken, "the writer stands still", details: [try output(in: folder)])
            }
            try await clock.sleep(for: .milliseconds(2))
        }
    }

    static func acknowledged(in folder: Folder) throws -> Int {
        var status = stat()
        return stat(folder.path + "/acknowledged", &status) == 0 ? Int(status.st_size) : 0
    }

    static func run() async throws {
        guard let path = getenv(variable) else { return }
        let folder = Folder(path: String(cString: path))
        let descriptor = open(folder.path + "/acknowledged", O_CREAT | O_WRONLY | O_APPEND, 0o600)
        func acknowledge() { _ = write(descriptor, "x", 1) }
        let ledger = try Ledger(path: folder.ledger)
        // Without its parent there is nobody left who would kill it.
        let parent = getppid()
        var round = 0
        while getppid() == parent {
            round += 1
            _ = try await ledger.record("\(getpid()) \(round)")
            acknowledge()
            let (operation, epoch) = try await ledger.begin()
            acknowledge()
            for step in operation.plan.steps {
                try await ledger.recordIntent(of: step.number, in: operation.id, epoch: epoch, at: Samples.now)
                acknowledge()
                try await ledger.recordOutcome(
                    .succeeded,
                    of: step.number,
                    in: operation.id,
                    epoch: epoch,
                    at: Samples.now
                )
                acknowledge()
            }
            try await ledger.finish(
                operation.id,
                as: .succeeded,
                failure: nil,
                epoch: epoch,
                at: Samples.now
            )
            acknowledge()
        }
    }
}
