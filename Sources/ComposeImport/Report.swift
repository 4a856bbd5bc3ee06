import Basics
import StackSpec

/// Collects what is said of one import. Nothing is dropped without a word, and no line of the file is quoted: it may
/// hold a password.
final class Report {
    private let findings: Findings
    private var omissions: [Diagnostic] = []
    private var changes: [Diagnostic] = []

    init(_ findings: Findings) { self.findings = findings }

    func location(_ place: Place) -> SourceLocation { findings.location(of: place) }

    /// A file that Compose would not take either.
    func error(_ message: String, at place: Place, help: String? = nil) {
        findings.error(message, at: place, help: help)
    }

    func leftOut(_ path: String, at place: Place, _ reason: String, help: String? = nil) {
        leftOut(path, at: location(place), reason, help: help)
    }

    func leftOut(_ path: String, at location: SourceLocation, _ reason: String, help: String? = nil) {
        Self.add("\(path) is left out: \(reason)", at: location, help, to: &omissions)
    }

    func changed(_ path: String, at place: Place, _ what: String, help: String? = nil) {
        changed(path, at: location(place), what, help: help)
    }

    func changed(_ path: String, at location: SourceLocation, _ what: String, help: String? = nil) {
        Self.add("\(path): \(what)", at: location, help, to: &changes)
    }

    var allLeftOut: [Diagnostic] { Self.inFileOrder(omissions) }
    var allChanged: [Diagnostic] { Self.inFileOrder(changes) }

    private static func add(
        _ message: String,
        at location: SourceLocation,
        _ help: String?,
        to list: inout [Diagnostic]
    ) {
        let diagnostic = Diagnostic(.warning, at: location, message, suggestion: help)
        // An anchor that is used twice is written once, and so is what is said of it.
        if !list.contains(diagnostic) { list.append(diagnostic) }
    }

    private static func inFileOrder(_ list: [Diagnostic]) -> [Diagnostic] {
        list.enumerated().sorted { ($0.element.location, $0.offset) < ($1.element.location, $1.offset) }.map(\.element)
    }
}
