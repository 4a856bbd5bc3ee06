import Basics

/// Collects what is wrong with one spec while it is read and checked.
final class Findings {
    private let file: String
    private(set) var source: SourceText?
    private var diagnostics: [Diagnostic] = []
    private var mistakes: Set<Place> = []
    private var settled: Set<Place> = []

    init(file: String) {
        self.file = file
    }

    private(set) var errorCount = 0

    var hasErrors: Bool { errorCount > 0 }

    /// From now on findings quote their line.
    func quote(from source: SourceText) {
        self.source = source
    }

    /// From now on a value that was refused is not complained about a second time: what stands in for it is ours, not
    /// the person's.
    func settle() {
        settled = mistakes
    }

    func error(_ message: String, at place: Place, help: String? = nil) {
        guard !settled.contains(place) else { return }
        mistakes.insert(place)
        errorCount += 1
        add(.error, message, at: place, help: help)
    }

    func warning(_ message: String, at place: Place, help: String? = nil) {
        add(.warning, message, at: place, help: help)
    }

    func inFileOrder() -> [Diagnostic] {
        let order = diagnostics.enumerated().sorted { left, right in
            (left.element.location, left.offset) < (right.element.location, right.offset)
        }
        return order.map(\.element)
    }

    private func add(_ severity: Diagnostic.Severity, _ message: String, at place: Place, help: String?) {
        let location = source?.location(place) ?? SourceLocation(file: file, line: place.line, column: place.column)
        let line = source?.line(location.line).map { Self.shown(String($0)) } ?? nil
        let diagnostic = Diagnostic(severity, at: location, message, suggestion: help, sourceLine: line)
        if !diagnostics.contains(diagnostic) { diagnostics.append(diagnostic) }
    }

    /// A line for a terminal: tabs as wide as the caret takes them to be, and no line of a thousand columns.
    private static func shown(_ line: String) -> String? {
        guard line.count <= 400 else { return nil }
        return line.withoutControls
    }
}
