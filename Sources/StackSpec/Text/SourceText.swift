import Basics

/// A position as YAML counts it: lines and columns from one, columns in Unicode scalars.
package struct Place: Hashable, Comparable, Sendable {
    package let line: Int
    package let column: Int

    package static let start = Place(line: 1, column: 1)

    package static func < (left: Place, right: Place) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// The lines of a spec, for quoting them and for finding words in them.
struct SourceText: Sendable {
    let file: String
    let lines: [Substring]

    init(file: String, text: String) {
        self.file = file
        var text = text
        let ends = text.withUTF8 { Self.lineEnds(in: $0) }
        var lines: [Substring] = []
        var start = text.startIndex
        for end in ends {
            lines.append(text[start..<text.utf8.index(text.startIndex, offsetBy: end.lowerBound)])
            start = text.utf8.index(text.startIndex, offsetBy: end.upperBound)
        }
        self.lines = lines + [text[start...]]
    }

    /// What YAML ends a line at: LF, CR, CR LF, U+0085, U+2028 and U+2029.
    private static func lineEnds(in bytes: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var ends: [Range<Int>] = []
        var offset = 0
        while offset < bytes.count {
            let length = lineEnd(bytes, offset)
            if length > 0 { ends.append(offset..<offset + length) }
            offset += max(1, length)
        }
        return ends
    }

    static func lineFeeds(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var count = 0
        var offset = 0
        while offset < bytes.count {
            if bytes[offset] == 0x0A { count += 1 }
            offset += 1
        }
        return count
    }

    private static func lineEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Int {
        switch bytes[offset] {
        case 0x0A: return 1
        case 0x0D: return offset + 1 < bytes.count && bytes[offset + 1] == 0x0A ? 2 : 1
        case 0xC2: return bytes[offset + 1] == 0x85 ? 2 : 0
        case 0xE2: return bytes[offset + 1] == 0x80 && bytes[offset + 2] & 0xFE == 0xA8 ? 3 : 0
        default: return 0
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
