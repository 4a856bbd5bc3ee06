import Basics

#if canImport(Glibc)
    import Glibc
#endif

/// The terminal, or what stands in for it. Results go to standard output, everything else to standard error.
package struct Console: Sendable {
    /// Where a console reads and writes; tests put pipes there.
    package struct Descriptors: Sendable {
        var input = STDIN_FILENO
        var output = STDOUT_FILENO
        var error = STDERR_FILENO
    }

    package let isInteractive: Bool
    /// Standard error is a terminal that understands cursor movement.
    package let canRedraw: Bool
    /// Of standard output. The two differ: either may be a file.
    package let resultStyle: TextStyle
    /// Of standard error.
    package let noteStyle: TextStyle
    private let descriptors: Descriptors
    private let queue = OutputQueue()

    /// `NO_COLOR` (any value but an empty one) switches colour off, as no-color.org asks.
    package init(variables: [String: String], descriptors: Descriptors = Descriptors()) {
        let isPlain = variables["TERM"] == "dumb"
        let allowsColor = !isPlain && variables["NO_COLOR", default: ""].isEmpty
        let isOutputTerminal = isatty(descriptors.output) == 1
        let isErrorTerminal = isatty(descriptors.error) == 1
        self.descriptors = descriptors
        self.isInteractive = isatty(descriptors.input) == 1 && isErrorTerminal
        self.canRedraw = isErrorTerminal && !isPlain
        self.resultStyle = TextStyle(color: isOutputTerminal && allowsColor)
        self.noteStyle = TextStyle(color: isErrorTerminal && allowsColor)
    }

    package func result(_ text: String) { queue.write(text + "\n", to: descriptors.output) }

    package func note(_ text: String) { draw(text + "\n") }

    package func warn(_ text: String) { note("\(noteStyle.yellow("warning:")) \(text)") }

    package func draw(_ text: String) { queue.write(text, to: descriptors.error) }

    package func report(_ error: ReportableError) {
        note(ErrorText.render(error, style: noteStyle))
    }

    /// Of the terminal behind standard error.
    var screen: ScreenSize { ScreenSize(of: descriptors.error) }

    /// Asks a yes-or-no question. Anything but `y` or `yes` is no; so is the end of input.
    /// Throws `interrupted` when the task is cancelled meanwhile.
    package func confirm(_ question: String) async throws(ReportableError) -> Bool {
        draw("\(question) [y/N] ")
        switch await Question(descriptor: descriptors.input).answer() {
        case .line(let text): return ["y", "yes"].contains(text.lowercased())
        case .endOfInput:
            note("")
            return false
        case .cancelled:
            note("")
            throw ReportableError(.interrupted, "interrupted before the answer; nothing was done")
        }
    }
}

// MARK: - The end of what is written

extension Console {
    /// Everything was written.
    var isIdle: Bool { queue.isIdle }

    /// Returns when everything was written, or could not be.
    func drain() async { await queue.drain() }

    /// Nothing that is written to standard output arrives any more.
    var isOutputLost: Bool { queue.failure(of: descriptors.output) != nil }

    /// The reader of standard output went away. Known without writing.
    var isReaderGone: Bool {
        var output = pollfd(fd: descriptors.output, events: 0, revents: 0)
        return poll(&output, 1, 0) == 1 && output.revents & Int16(POLLERR | POLLHUP) != 0
    }

    /// Waits until everything is written. A result that could not be written is a failure, unless its reader has seen
    /// enough and went away.
    func close(after status: ExitStatus) async -> ExitStatus {
        await drain()
        guard case .refused(let reason) = queue.failure(of: descriptors.output) else { return status }
        report(ReportableError(.fileFailed, "cannot write to standard output: \(reason)"))
        await drain()
        return status == .done ? .failed : status
    }
}
