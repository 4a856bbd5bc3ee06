/// Finds the word a person meant.
package enum Spelling {
    /// "did you mean X?", when one of the candidates is near enough to be meant.
    package static func suggestion(
        for word: String,
        among candidates: [String],
        format: (String) -> String = { $0 }
    ) -> String? {
        nearest(to: word, among: candidates).map { "Did you mean \(format($0))?" }
    }

    /// The candidate that differs only in case and separators, else the one with the fewest typing mistakes.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        if let same = candidates.first(where: { skeleton($0) == skeleton(word) }) { return same }
        guard word.count <= 40 else { return nil }
        let limit = word.count < 4 ? 1 : word.count < 8 ? 2 : 3
        let ranked = candidates.map { (distance(word.lowercased(), $0.lowercased()), $0) }
        guard let best = ranked.min(by: { $0.0 < $1.0 }), best.0 <= limit, best.0 < word.count else { return nil }
        return best.1
    }

    /// Levenshtein's: insertions, deletions and replacements, and two neighbours swapped count as one.
    static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left), Array(right))
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }

    private static func skeleton(_ word: String) -> String {
        word.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}
