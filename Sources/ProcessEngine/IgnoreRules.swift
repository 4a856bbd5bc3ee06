/// The rules of a `.slipwayignore`, which read as those of `.gitignore`: the last rule that matches decides.
///
/// Before them stand rules of our own: `.git` is never copied, and `.env` and `.env.*`, where secrets are given, only
/// when a later rule says so by name, such as `!.env.defaults`.
struct IgnoreRules: Sendable {
    static let fileName = ".slipwayignore"

    private struct Rule {
        let parts: [String]
        let isNegated: Bool
        let onlyDirectories: Bool
    }

    private static let always = ".env\n.env.*"
    private let rules: [Rule]

    /// One rule per line; empty lines and those that begin with `#` mean nothing.
    init(_ text: String) {
        rules = ("\(Self.always)\n\(text)").split(whereSeparator: \.isNewline).compactMap { Self.rule(String($0)) }
    }

    /// `path` is relative to the source. What lies in an ignored directory is never asked about.
    func ignores(_ path: String, isDirectory: Bool) -> Bool {
        let parts = path.split(separator: "/").map(String.init)
        if parts.last == ".git" { return true }
        let last = rules.last { rule in
            (isDirectory || !rule.onlyDirectories) && Self.matches(rule.parts[...], parts[...])
        }
        return last.map { !$0.isNegated } ?? false
    }

    private static func rule(_ line: String) -> Rule? {
        var text = line[...]
        while text.last == " " { text.removeLast() }
        guard let first = text.first, first != "#" else { return nil }
        let isNegated = first == "!"
        if isNegated { text.removeFirst() }
        if text.hasPrefix("\\") { text.removeFirst() }
        let onlyDirectories = text.hasSuffix("/")
        if onlyDirectories { text.removeLast() }
        // With a slash in it a rule counts from the top; without one it matches at every depth.
        let isAnchored = text.contains("/")
        let parts = text.split(separator: "/").map(String.init)
        guard !parts.isEmpty else { return nil }
        return Rule(
            parts: isAnchored ? parts : ["**"] + parts,
            isNegated: isNegated,
            onlyDirectories: onlyDirectories
        )
    }

    private static func matches(_ pattern: ArraySlice<String>, _ path: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        if first == "**" {
            // At the end it stands for everything below, but not for the directory itself.
            if pattern.count == 1 { return !path.isEmpty }
            return path.indices.contains { matches(pattern.dropFirst(), path[$0...]) }
        }
        guard let name = path.first, matches(Array(first)[...], Array(name)[...]) else { return false }
        return matches(pattern.dropFirst(), path.dropFirst())
    }

    private static func matches(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        switch first {
        case "*":
            var rest = name
            while true {
                if matches(pattern.dropFirst(), rest) { return true }
                guard !rest.isEmpty else { return false }
                rest.removeFirst()
            }
        case "?": return !name.isEmpty && matches(pattern.dropFirst(), name.dropFirst())
        case "\\" where pattern.count > 1:
            return name.first == pattern.dropFirst().first && matches(pattern.dropFirst(2), name.dropFirst())
        default: return name.first == first && matches(pattern.dropFirst(), name.dropFirst())
        }
    }
}
