import Yams

/// What the YAML parser says, put in the words of someone who looks at the line.
struct SyntaxProblem {
    private let problem: String
    private let context: String
    private let place: Place
    private let beginning: Place?
    private let signs: SignSubstitution

    init(_ error: any Error, signs: SignSubstitution) {
        self.signs = signs
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            self.problem = problem
            self.context = context?.text ?? ""
            self.place = Place(line: mark.line, column: mark.column)
            self.beginning = context.map { Place(line: $0.mark.line, column: $0.mark.column) }
        case YamlError.reader(let problem, _, _, _):
            (self.problem, self.context, self.place, self.beginning) = (problem, "", .start, nil)
        default:
            (self.problem, self.context, self.place, self.beginning) = ("\(error)", "", .start, nil)
        }
    }

    func report(to findings: Findings) {
        if problem.contains("Maximum nesting level") {
            return NodeConversion.reportDepth(at: place, findings: findings)
        }
        if reportTabs(to: findings) { return }
        if problem.contains("unexpected end of stream"), context.contains("quoted scalar"), let beginning {
            return findings.error("this quote is never closed", at: beginning, help: "Add the closing quote.")
        }
        let known = Self.words.first { problem.contains($0.problem) && context.contains($0.context) }
        let at = known?.atBeginning == true ? beginning ?? place : place
        findings.error(
            known?.message ?? "this is not YAML: \(problem)",
            at: at,
            help: known?.help ?? (context.isEmpty ? nil : "The parser stopped \(context).")
        )
    }

    /// A tab where spaces must be is the one mistake that cannot be seen, so every such line is named.
    private func reportTabs(to findings: Findings) -> Bool {
        guard let source = findings.source, let line = source.line(place.line),
            line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t"),
            line.unicodeScalars.prefix(place.column).allSatisfy({ $0 == " " || $0 == "\t" })
        else { return false }
        let others = source.lines.indices.dropFirst(place.line).filter {
            source.lines[$0].prefix(while: { $0 == " " || $0 == "\t" }).contains("\t")
        }
        let more = others.isEmpty ? "" : ", as in line \(others.prefix(8).map { "\($0 + 1)" }.joined(separator: ", "))"
        findings.error(
            "a tab is in the indentation" + more,
            at: place,
            help: "Indent with spaces: YAML does not allow tabs there."
        )
        return true
    }

    private struct Words {
        let problem: String
        var context = ""
        let message: String
        let help: String
        var atBeginning = false
    }

    private static let words = [
        Words(
            problem: "mapping values are not allowed",
            message: "a key cannot stand here",
            help: "Check its indentation and the line above, or quote a value that has `: ` in it."
        ),
        Words(
            problem: "could not find expected ':'",
            message: "this line is neither `key: value` nor `- item`",
            help: "Write a colon and a space after the key.",
            atBeginning: true
        ),
        Words(
            problem: "did not find expected key",
            message: "this line does not fit the map it stands in",
            help: "Indent it like the keys above it, or further when it belongs to the last of them."
        ),
        Words(
            problem: "did not find expected '-' indicator",
            message: "this line does not fit the list it stands in",
            help: "Begin it with `- `, or indent it like the key above the list."
        ),
        Words(
            problem: "did not find expected ',' or ']'",
            message: "this list in brackets is never closed",
            help: "Check for a missing `]` or a missing comma.",
            atBeginning: true
        ),
        Words(
            problem: "did not find expected ',' or '}'",
            message: "this map in braces is never closed",
            help: "Check for a missing `}` or comma, and quote a value with braces, as \"${NAME}\".",
            atBeginning: true
        ),
        Words(
            problem: "found character that cannot start any token",
            message: "a value cannot begin with this character",
            help: "Put the value in quotes."
        ),
        Words(
            problem: "did not find expected <document start>",
            message: "the file goes on after its end",
            help: "Check the indentation of this line."
        ),
        Words(
            problem: "block sequence entries are not allowed",
            message: "a list item cannot stand here",
            help: "Put `- ` on a line of its own below the key."
        ),
        Words(
            problem: "unknown escape character",
            message: "this escape does not exist in double quotes",
            help: "Write a backslash as `\\\\`, or use single quotes."
        ),
    ]
}
