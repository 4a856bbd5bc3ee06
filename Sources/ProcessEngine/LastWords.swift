/// The line of a dead program's log that most likely says why, so that one sentence names the cause.
struct LastWords: Hashable, Sendable {
    private static let longest = 160
    private static let signs = ["error", "fatal", "panic", "exception"]

    /// nil when it said nothing.
    let line: String?

    /// The last line that speaks of an error, else the last one of all.
    init(_ lines: [String]) {
        let spoken = lines.map(Self.trimmed).filter { !$0.isEmpty }
        let complaint = spoken.last { line in
            let lowered = line.lowercased()
            return Self.signs.contains { lowered.contains($0) }
        }
        line = (complaint ?? spoken.last).map { line in
            line.count > Self.longest ? "\(line.prefix(Self.longest))…" : line
        }
    }

    /// To be added to a sentence.
    var clause: String { line.map { ", saying: \($0)" } ?? "" }

    private static func trimmed(_ line: String) -> String {
        guard let first = line.firstIndex(where: { !$0.isWhitespace }),
            let last = line.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(line[first...last])
    }
}
