/// The one error type at every door of the house, written for the person at 3 a.m.: what failed, why,
/// the last log lines of what died, and the command to type next.
package struct ReportableError: Error, Hashable, Sendable, Codable {
    package let code: ErrorCode
    /// One sentence: lower case, no full stop, naming the object and the value.
    package let message: String
    /// What to do next: a sentence with the exact command where there is one.
    package let hint: String?
    /// Why, in further lines: the last log lines of what died, the reply of a server.
    package let details: [String]
    /// All findings in a text a person wrote.
    package let diagnostics: [Diagnostic]

    package init(
        _ code: ErrorCode,
        _ message: String,
        hint: String? = nil,
        details: [String] = [],
        diagnostics: [Diagnostic] = []
    ) {
        self.code = code
        self.message = message
        self.hint = hint
        self.details = details
        self.diagnostics = diagnostics
    }

    /// The same error seen from further out: "cannot do X: because Y".
    package func during(_ activity: String) -> ReportableError {
        ReportableError(code, "\(activity): \(message)", hint: hint, details: details, diagnostics: diagnostics)
    }
}

extension ReportableError: CustomStringConvertible {
    package var description: String { message }
}
