import Basics

/// A position as YAML counts it: lines and columns from one, columns in Unicode scalars.
struct Place: Hashable, Comparable, Sendable {
    let line: Int
    let column: Int

    static let start = Place(line: 1, column: 1)

    static func < (left: Place, right: Place) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// The lines of a spec, for quoting them and for finding words in them.
struct SourceText: Sendable {
    let file: String
    let lines: [Substring]

    init(file: String, text: String) {
        self.file = file
        // YAML ends a line at these; "\r\n" is one character of Swift's.
        self.lines = text.split(omittingEmptySubsequences: false) {
            switch $0 {
            case "\n", "\r\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
            default: false
            }
        }
    }

    func line(_ number: Int) -> Substring? {
        lines.indices.contains(number - 1) ? lines[number - 1] : nil
    }

    /// Where a person looks for it: a place behind the end of the text is the end of its last written line.
    func location(_ place: Place) -> SourceLocation {
        guard let line = line(place.line), !(line.isEmpty && isBehindTheEnd(place.line)) else {
            let last = lines.lastIndex { !$0.isEmpty } ?? 0
            let width = lines.isEmpty ? 0 : lines[last].count
            return SourceLocation(file: file, line: last + 1, column: width + 1)
        }
        let before = line.unicodeScalars.prefix(place.column - 1)
        return SourceLocation(file: file, line: place.line, column: Substring(before).count + 1)
    }

    /// Where `word` stands at or after `place`, at most `extraLines` further down; `place` when it is not found there.
    func place(of word: String, from place: Place, extraLines: Int = 0) -> Place {
        for number in place.line...(place.line + extraLines) {
            guard let line = line(number) else { break }
            let skipped = number == place.line ? place.column - 1 : 0
            let rest = Substring(line.unicodeScalars.dropFirst(skipped))
            guard let found = rest.firstRange(of: word) else { continue }
            let column = skipped + rest.unicodeScalars.distance(from: rest.startIndex, to: found.lowerBound) + 1
            return Place(line: number, column: column)
        }
        return place
    }

    private func isBehindTheEnd(_ line: Int) -> Bool {
        lines[(line - 1)...].allSatisfy(\.isEmpty)
    }
}
