import Glibc
import Synchronization

/// While it lasts, the signals that ask this process to end are for the program that it runs in the foreground: they
/// leave us alone, so that the program is never orphaned, and are passed on to it. One at a time, begun and ended on the
/// thread that waits for the program.
struct ForwardedSignals {
    private let previousActions: [(number: Int32, action: sigaction)]
    private let previousMask: sigset_t

    init() {
        foregroundProcess.store(0, ordering: .sequentiallyConsistent)
        earlySignal.store(0, ordering: .sequentiallyConsistent)
        let isInForeground = Self.isInForeground
        var unblocked = sigset_t()
        sigemptyset(&unblocked)
        previousActions = [SIGINT, SIGQUIT, SIGTERM, SIGHUP].map { number in
            sigaddset(&unblocked, number)
            var (new, old) = (sigaction(), sigaction())
            // A terminal gives these two to the whole foreground group: the program has them already.
            let comesByTerminal = isInForeground && (number == SIGINT || number == SIGQUIT)
            new.__sigaction_handler.sa_handler = comesByTerminal ? SIG_IGN : passOn
            new.sa_flags = SA_RESTART
            sigaction(number, &new, &old)
            return (number, old)
        }
        // The threads of the pool block all signals; this one must not, or nobody might take them.
        var mask = sigset_t()
        pthread_sigmask(SIG_UNBLOCK, &unblocked, &mask)
        previousMask = mask
    }

    func forward(to process: pid_t) {
        foregroundProcess.store(process, ordering: .sequentiallyConsistent)
        let early = earlySignal.load(ordering: .sequentiallyConsistent)
        if early != 0 { kill(process, early) }
    }

    /// The signals do again what they did before.
    func end() {
        foregroundProcess.store(0, ordering: .sequentiallyConsistent)
        var mask = previousMask
        pthread_sigmask(SIG_SETMASK, &mask, nil)
        for (number, action) in previousActions {
            var action = action
            sigaction(number, &action, nil)
        }
    }

    private static var isInForeground: Bool {
        let terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { return false }
        defer { close(terminal) }
        return tcgetpgrp(terminal) == getpgrp()
    }
}

/// What a signal handler may touch: atomics and `kill`. It has no other way to know of the program.
private let foregroundProcess = Atomic<pid_t>(0)
/// Came before there was a program.
private let earlySignal = Atomic<Int32>(0)

private func passOn(_ number: Int32) {
    let process = foregroundProcess.load(ordering: .sequentiallyConsistent)
    if process > 0 { kill(process, number) } else { earlySignal.store(number, ordering: .sequentiallyConsistent) }
}
