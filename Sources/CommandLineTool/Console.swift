import Basics
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#endif

/// The terminal, or what stands in for it. Results go to standard output, everything else to standard error.
package struct Console: Sendable {
    package let isInteractive: Bool
    /// Standard error is a terminal that understands cursor movement.
    package let canRedraw: Bool
    package let usesColor: Bool

    /// `NO_COLOR` (any value) switches colour off, as no-color.org asks.
    package init(variables: [String: String]) {
        let terminal = isatty(STDERR_FILENO) == 1 && variables["TERM"] != "dumb"
        self.isInteractive = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
        self.canRedraw = terminal
        self.usesColor = terminal && variables["NO_COLOR"] == nil
    }

    package func result(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    package func note(_ text: String) {
        write(text + "\n", to: STDERR_FILENO)
    }

    package func draw(_ text: String) {
        write(text, to: STDERR_FILENO)
    }

    package func report(_ error: ReportableError) {
        note(ErrorText.render(error, style: style))
    }

    package var style: TextStyle { TextStyle(color: usesColor) }

    /// Asks a yes-or-no question. Anything but `y` or `yes` is no; so is the end of input.
    package func confirm(_ question: String) -> Bool {
        draw("\(question) [y/N] ")
        guard let answer = readLine() else {
            note("")
            return false
        }
        return ["y", "yes"].contains(answer.lowercased())
    }

    private func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            // A reader that went away (`slipway history | head`) is no error of ours.
            guard count > 0 || errno == EINTR || errno == EAGAIN else { return }
            bytes = bytes.dropFirst(max(0, count))
        }
    }
}

/// Colours, where there are any.
package struct TextStyle: Sendable {
    let color: Bool

    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }
    func red(_ text: String) -> String { wrap(text, "31") }
    func green(_ text: String) -> String { wrap(text, "32") }
    func yellow(_ text: String) -> String { wrap(text, "33") }

    private func wrap(_ text: String, _ code: String) -> String {
        color ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
