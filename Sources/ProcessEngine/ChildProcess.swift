import Basics
import Glibc

/// Starts a program as one that nobody has touched: it blocks and ignores no signal, and has only the environment that
/// it is given.
enum ChildProcess {
    /// - Parameter output: takes what the program says. It then has a session of its own and no input; else it has the
    ///   caller's terminal.
    /// Throws `engineFailed`.
    static func start(
        _ words: [String],
        environment: [String],
        output: Int32? = nil
    ) throws(ReportableError) -> pid_t {
        var arguments = words.map { strdup($0) } + [nil]
        let path = "PATH=\(Programs.searchPath.joined(separator: ":"))"
        var variables = ([path] + environment).map { strdup($0) } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        resetSignals(&attributes, isDetached: output != nil)
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        if let output {
            posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
            for number: Int32 in [1, 2] { posix_spawn_file_actions_adddup2(&files, output, number) }
        }
        var process = pid_t()
        let failure = posix_spawn(&process, words[0], &files, &attributes, &arguments, &variables)
        guard failure == 0 else {
            throw ReportableError(.engineFailed, "cannot run \(words[0]): \(String(cString: strerror(failure)))")
        }
        return process
    }

    /// A thread of ours blocks and ignores signals that a program expects to end by.
    private static func resetSignals(_ attributes: inout posix_spawnattr_t, isDetached: Bool) {
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // POSIX_SPAWN_SETSID, which Swift does not see.
        let session: Int32 = isDetached ? 0x80 : 0
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | session))
    }
}
