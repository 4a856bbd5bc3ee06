import Basics

extension ReportableError {
    /// The same error with what went wrong before it, which would be lost otherwise.
    func following(_ cause: ReportableError) -> ReportableError {
        ReportableError(
            code,
            message,
            hint: hint,
            details: details + ["before that: \(cause.message)"] + cause.details,
            diagnostics: diagnostics
        )
    }
}
