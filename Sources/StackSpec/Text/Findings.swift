import Basics

/// What kind of file is read, for messages.
package enum TextSubject: String, Sendable {
    case spec
    case compose = "Compose file"
}

/// Collects what is wrong with one file while it is read and checked.
package final class Findings {
    private let file: String
    let subject: TextSubject
    /// The text of the file in lines, made when the first finding needs it.
    private(set) lazy var source: SourceText? = text.map { SourceText(file: file, text: $0) }
    private var text: String?
    private var diagnostics: [Diagnostic] = []
    private var known: Set<Diagnostic> = []
    private var mistakes: Set<Place> = []
    private var settled: Set<Place> = []
    /// The lines that hold something that ought to be a secret.
    private var secretLines: Set<Int> = []

    private let isStrict: Bool

    /// - Parameter isStrict: credentials in clear, and what an engine does not act on, are errors, not warnings.
    package init(file: String, subject: TextSubject = .spec, isStrict: Bool = false) {
        self.file = file
        self.subject = subject
        self.isStrict = isStrict
    }

    /// More errors, or warnings, than this are dropped: nobody mends more at once, and a hostile file could have a million.
    private static let limit = 200

    private(set) var errorCount = 0
    /// Those among the errors that would be warnings without strictness.
    private var strictCount = 0

    package var hasErrors: Bool { errorCount > 0 }
    /// Something is wrong, and not only strictly.
    var hasMistakes: Bool { errorCount > strictCount }

    /// From now on findings quote their line.
    func quote(from text: String) {
        self.text = text
    }

    /// From now on a value that was refused is not complained about a second time: what stands in for it is ours, not
    /// the person's.
    func settle() {
        settled = mistakes
    }

    package func error(_ message: String, at place: Place, help: String? = nil) {
        guard !settled.contains(place) else { return }
        mistakes.insert(place)
        errorCount += 1
        add(.error, message, at: place, help: help)
    }

    package func warning(_ message: String, at place: Place, help: String? = nil) {
        add(.warning, message, at: place, help: help)
    }

    /// Something that cannot be acted on as it is asked for: strictly, an error.
    func unexpressed(_ message: String, at place: Place, help: String? = nil) {
        guard !settled.contains(place) else { return }
        if isStrict { strictly(message, at: place, help: help) } else { warning(message, at: place, help: help) }
    }

    /// Something that ought to be a secret: strictly, an error where it is certain. Nothing that is found on its line
    /// quotes that: what is said ends up in logs.
    func exposed(_ message: String, at place: Place, isCertain: Bool, help: String) {
        secretLines.insert(location(of: place).line)
        guard isStrict, isCertain else { return warning(message, at: place, help: help) }
        strictly(message, at: place, help: help)
    }

    private func strictly(_ message: String, at place: Place, help: String?) {
        guard !settled.contains(place) else { return }
        strictCount += 1
        error(message, at: place, help: help)
    }

    package func inFileOrder() -> [Diagnostic] {
        let order = diagnostics.enumerated().sorted { left, right in
            (left.element.location, left.offset) < (right.element.location, right.offset)
        }
        return order.map { secretLines.contains($0.element.location.line) ? $0.element.unquoted : $0.element }
    }

    package func location(of place: Place) -> SourceLocation {
        source?.location(place) ?? SourceLocation(file: file, line: place.line, column: place.column)
    }

    private func add(
        _ severity: Diagnostic.Severity,
        _ message: String,
        at place: Place,
        help: String?
    ) {
        guard diagnostics.count(where: { $0.severity == severity }) < Self.limit else { return }
        let location = location(of: place)
        let line = source?.line(location.line).flatMap { Self.shown(String($0)) }
        let diagnostic = Diagnostic(severity, at: location, message, suggestion: help, sourceLine: line)
        if known.insert(diagnostic).inserted { diagnostics.append(diagnostic) }
    }

    /// A line for a terminal: tabs as wide as the caret takes them to be, and no line of a thousand columns.
    private static func shown(_ line: String) -> String? {
        guard line.utf8.count <= 1000 else { return nil }
        return line.withoutControls
    }
}

extension Diagnostic {
    fileprivate var unquoted: Diagnostic { Diagnostic(severity, at: location, message, suggestion: suggestion) }
}
