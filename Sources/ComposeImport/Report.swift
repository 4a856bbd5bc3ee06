import Basics
import StackSpec

/// Collects what is said of one import. Nothing is dropped without a word, and no line of the file is quoted: it may
/// hold a password.
final class Report {
    private let findings: Findings
    private var omissions: [Remark] = []
    private var changes: [Remark] = []

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
        let remark = Remark(paths: [path], location: location, isOmission: true, words: reason, help: help)
        Self.add(remark, to: &omissions)
    }

    func changed(_ path: String, at place: Place, _ what: String, help: String? = nil) {
        changed(path, at: location(place), what, help: help)
    }

    func changed(_ path: String, at location: SourceLocation, _ what: String, help: String? = nil) {
        let remark = Remark(paths: [path], location: location, isOmission: false, words: what, help: help)
        Self.add(remark, to: &changes)
    }

    var allLeftOut: [Diagnostic] { Self.inFileOrder(omissions) }
    var allChanged: [Diagnostic] { Self.inFileOrder(changes) }

    /// What is said of several keys in the same words is said once, at the place of the first.
    private static func add(_ remark: Remark, to list: inout [Remark]) {
        if let same = list.firstIndex(where: { $0.isSame(remark) }) {
            let path = remark.paths[0]
            if !list[same].paths.contains(path) { list[same].paths.append(path) }
        } else {
            list.append(remark)
        }
    }

    private static func inFileOrder(_ list: [Remark]) -> [Diagnostic] {
        let sorted = list.enumerated().sorted { ($0.element.location, $0.offset) < ($1.element.location, $1.offset) }
        return sorted.map(\.element.diagnostic)
    }
}

/// One thing that is said, of all the keys that it holds for.
private struct Remark {
    var paths: [String]
    let location: SourceLocation
    let isOmission: Bool
    let words: String
    let help: String?

    func isSame(_ other: Remark) -> Bool { words == other.words && help == other.help }

    var diagnostic: Diagnostic {
        let link = !isOmission ? ": " : paths.count > 1 ? " are left out: " : " is left out: "
        return Diagnostic(.warning, at: location, paths.joined(separator: ", ") + link + words, suggestion: help)
    }
}
