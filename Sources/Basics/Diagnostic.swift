/// One thing that is wrong, or doubtful, in a text a person wrote. All of them are reported, never just the first.
package struct Diagnostic: Hashable, Sendable, Codable {
    package enum Severity: String, Sendable, Codable {
        case error, warning
        /// Good to know, and nothing that anybody could mend.
        case note
    }

    package let severity: Severity
    package let location: SourceLocation
    /// What is wrong: lower case, no full stop, naming the key and the value.
    package let message: String
    /// What to do about it: a sentence, often "did you mean ...?".
    package let suggestion: String?
    /// The line of the text at `location`, for the caret.
    package let sourceLine: String?

    package init(
        _ severity: Severity = .error,
        at location: SourceLocation,
        _ message: String,
        suggestion: String? = nil,
        sourceLine: String? = nil
    ) {
        self.severity = severity
        self.location = location
        self.message = message
        self.suggestion = suggestion
        self.sourceLine = sourceLine
    }

    /// Place and message alone, for lists.
    package var line: String { "\(location): \(severity): \(message)" }

    /// The form of compilers: place and message, the source line, a caret, the suggestion.
    package var rendered: String {
        var lines = [line]
        if let sourceLine {
            let gutter = "\(location.line)"
            let blank = String(repeating: " ", count: gutter.count)
            let indent = String(repeating: " ", count: max(0, location.column - 1))
            lines.append(" \(gutter) | \(sourceLine)")
            lines.append(" \(blank) | \(indent)^")
        }
        if let suggestion { lines.append("   help: \(suggestion)") }
        return lines.joined(separator: "\n")
    }
}
