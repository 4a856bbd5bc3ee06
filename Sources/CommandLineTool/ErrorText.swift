import Basics

/// An error as a person reads it: what failed, the evidence, what to type next.
enum ErrorText {
    static func render(_ error: ReportableError, style: TextStyle) -> String {
        var lines = error.diagnostics.map(\.rendered)
        lines.append("\(style.red("error:")) \(error.message)")
        lines += error.details.map { "  \(style.dim("|")) \($0)" }
        if let hint = error.hint { lines.append("\(style.bold("help:")) \(hint)") }
        return lines.joined(separator: "\n")
    }

    /// The evidence alone, each line with its end; nothing when there is none.
    static func details(of error: ReportableError, style: TextStyle) -> String {
        error.details.map { "  \(style.dim("|")) \($0)\n" }.joined()
    }
}
