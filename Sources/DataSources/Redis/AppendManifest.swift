import Basics

/// The list that a Redis keeps of the files its append-only file consists of: a base, what was written since (`i`), and
/// what a rewrite has made superfluous (`h`).
struct AppendManifest: Sendable {
    struct Entry: Hashable, Sendable {
        let name: String
        let sequence: Int
        let isHistory: Bool
    }

    /// The state that what is written now leads on from.
    let base: String?
    /// What was written, oldest first; the last is being written. What a rewrite has made superfluous comes first.
    let written: [Entry]
    /// Earlier bases.
    let outdated: [Entry]

    /// Throws `engineFailed` for what no Redis writes, and for names that lead out of its folder.
    init(_ text: String) throws(ReportableError) {
        var (base, written, outdated): (String?, [Entry], [Entry]) = (nil, [], [])
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            var values: [String: String] = [:]
            for place in stride(from: 0, to: words.count - 1, by: 2) { values[words[place]] = words[place + 1] }
            guard let name = values["file"], !name.hasPrefix("."), !name.contains("/"), !name.contains("\""),
                let sequence = values["seq"].flatMap({ Int($0) }), sequence > 0, let kind = values["type"]
            else { throw ReportableError(.engineFailed, "the list of append-only files cannot be understood") }
            let entry = Entry(name: name, sequence: sequence, isHistory: kind == "h")
            switch kind {
            case "b": base = name
            case "h" where !name.hasSuffix(".incr.aof"): outdated.append(entry)
            default: written.append(entry)
            }
        }
        self.base = base
        self.outdated = outdated
        self.written = written.sorted { $0.sequence < $1.sequence }
    }
}
