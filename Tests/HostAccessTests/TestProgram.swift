import Foundation
import Glibc

/// A program that a test started, and ends by its process id.
///
/// Started with no signal blocked: the threads of a test block most of them, and a child would inherit that.
final class TestProgram: Sendable {
    struct NeverHappened: Error {}
    struct CannotStart: Error {
        let status: Int32
    }

    let processID: Int
    private let log: String

    /// Both outputs go to a file, so that a full pipe never blocks it.
    init(_ program: String, _ arguments: [String], log: String = "/dev/null") throws {
        self.log = log
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var started = pid_t()
        let status = posix_spawnp(&started, program, &actions, &attributes, &words, environ)
        guard status == 0 else { throw CannotStart(status: status) }
        processID = Int(started)
    }

    var output: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    func interrupt() { end(by: SIGINT) }
    func kill() { end(by: SIGKILL) }

    /// The exit status, 128 + number for a signal.
    @discardableResult
    func wait() -> Int32 {
        var status: Int32 = 0
        waitpid(pid_t(processID), &status, 0)
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }

    private func end(by signal: Int32) {
        Glibc.kill(pid_t(processID), signal)
        wait()
    }

    /// Polls until something is so, at most ten seconds.
    static func wait(until condition: () throws -> Bool) throws {
        for _ in 0..<1000 {
            if try condition() { return }
            usleep(10_000)
        }
        throw NeverHappened()
    }
}
