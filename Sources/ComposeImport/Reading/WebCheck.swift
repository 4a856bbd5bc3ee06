/// A health check that asks the program itself by HTTP, as curl and wget do: what `readiness` says in one word.
struct WebCheck {
    let port: Int
    let path: String

    /// Nil for every check that asks more than that.
    init?(_ health: ComposeHealth, _ signs: SignTable) {
        guard let words = Self.words(of: health, signs), let program = words.first?.split(separator: "/").last,
            program == "curl" || program == "wget"
        else { return nil }
        var url: String?
        var fails = program == "wget"
        var rest = words.dropFirst()
        while let word = rest.popFirst() {
            if word == "||" {
                guard ["exit 1", "false"].contains(rest.joined(separator: " ")) else { return nil }
                rest = []
            } else if word.contains("://") {
                guard url == nil else { return nil }
                url = word
            } else if Self.withValue.contains(word) {
                rest = rest.dropFirst()
            } else if Self.isFailing(word) {
                fails = true
            } else if !Self.isHarmless(word) {
                return nil
            }
        }
        guard fails, let url, let found = Self.parts(of: url) else { return nil }
        (port, path) = found
    }

    private static func words(of health: ComposeHealth, _ signs: SignTable) -> [String]? {
        var words = health.command.compactMap { signs.plain($0) }
        guard words.count == health.command.count else { return nil }
        if words.count == 3, ["sh", "bash", "/bin/sh", "/bin/bash"].contains(words[0]), words[1] == "-c" {
            words = [words[2]]
        } else if !health.isShell {
            return words
        }
        return words.first.flatMap(ShellWords.split)
    }

    private static let withValue: Set = [
        "-m", "--max-time", "--connect-timeout", "--retry", "--retry-delay", "-o", "--output", "-O", "-T", "--timeout",
        "-t", "--tries",
    ]

    /// curl says nothing of a 500 unless it is told to.
    private static func isFailing(_ word: String) -> Bool {
        word == "--fail" || word == "--fail-with-body"
            || (word.hasPrefix("-") && !word.hasPrefix("--") && word.contains("f") && isShort(word))
    }

    private static func isHarmless(_ word: String) -> Bool {
        let known: Set = [
            "--silent", "--show-error", "--location", "--quiet", "--spider", "--no-verbose", "--no-check-certificate",
            "-qO-", "-q0-", "-nv", ">", ">/dev/null", "/dev/null", "2>&1", "-O-", "-qO", "-O/dev/null",
        ]
        return known.contains(word) || isShort(word)
            || ["--tries=", "--timeout=", "--max-time=", "--output-document=", "--output=", "--retry="].contains {
                word.hasPrefix($0)
            }
    }

    /// Flags that neither change the request nor take a value.
    private static func isShort(_ word: String) -> Bool {
        word.hasPrefix("-") && word.count > 1 && word.dropFirst().allSatisfy { "fsSLqkgiI".contains($0) }
    }

    private static func parts(of url: String) -> (Int, String)? {
        guard url.hasPrefix("http://") else { return nil }
        let rest = url.dropFirst(7)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, ["localhost", "127.0.0.1", "0.0.0.0"].contains(host), parts.count <= 2,
            let port = parts.count == 1 ? 80 : Int(parts[1])
        else { return nil }
        let path = String(rest.dropFirst(authority.count))
        guard !path.contains(where: { $0.isWhitespace || $0 == "$" }) else { return nil }
        return (port, path.isEmpty ? "/" : path.hasPrefix("/") ? path : "/" + path)
    }
}
