/// The difference of two versions of a file in the unified form that `diff -u` and every reviewer know.
struct LineDifference {
    let path: String
    /// Nil for a file that is new.
    let before: String?
    /// Nil for a file that is removed.
    let after: String?

    private static let context = 3

    private enum Line: Equatable {
        case same(Substring)
        case removed(Substring)
        case added(Substring)

        var text: String {
            switch self {
            case .same(let line): " \(line)\n"
            case .removed(let line): "-\(line)\n"
            case .added(let line): "+\(line)\n"
            }
        }

        var isSame: Bool { if case .same = self { true } else { false } }
        var isOld: Bool { if case .added = self { false } else { true } }
        var isNew: Bool { if case .removed = self { false } else { true } }
    }

    var text: String {
        let head = "--- \(before == nil ? "/dev/null" : "a/\(path)")\n+++ \(after == nil ? "/dev/null" : "b/\(path)")\n"
        let lines = merged()
        return head + hunks(of: lines).map { text(of: $0, in: lines) }.joined()
    }

    private static func lines(_ text: String?) -> [Substring] {
        // By bytes: a carriage return and a line feed are one character.
        let bytes = (text ?? "").utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var lines = bytes.map { Substring($0) }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    /// Both versions as one list.
    private func merged() -> [Line] {
        let (old, new) = (Self.lines(before), Self.lines(after))
        var removed: Set<Int> = []
        var added: Set<Int> = []
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var lines: [Line] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if removed.contains(left) {
                lines.append(.removed(old[left]))
                left += 1
            } else if added.contains(right) {
                lines.append(.added(new[right]))
                right += 1
            } else {
                lines.append(.same(old[left]))
                (left, right) = (left + 1, right + 1)
            }
        }
        return lines
    }

    /// The stretches to show: what changed, and the lines around it.
    private func hunks(of lines: [Line]) -> [Range<Int>] {
        var hunks: [Range<Int>] = []
        for index in lines.indices where !lines[index].isSame {
            let range = max(0, index - Self.context)..<min(lines.count, index + Self.context + 1)
            if let last = hunks.last, last.upperBound >= range.lowerBound {
                hunks[hunks.count - 1] = last.lowerBound..<range.upperBound
            } else {
                hunks.append(range)
            }
        }
        return hunks
    }

    private func text(of hunk: Range<Int>, in lines: [Line]) -> String {
        let before = lines[..<hunk.lowerBound]
        let old = span(before.count(where: \.isOld), lines[hunk].count(where: \.isOld))
        let new = span(before.count(where: \.isNew), lines[hunk].count(where: \.isNew))
        return "@@ -\(old) +\(new) @@\n" + lines[hunk].map(\.text).joined()
    }

    private func span(_ before: Int, _ count: Int) -> String { "\(count == 0 ? before : before + 1),\(count)" }
}
