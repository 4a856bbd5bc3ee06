import StackModel

/// Credentials that stand in a spec as they are.
enum PlainCredential {
    enum Sign {
        /// It looks like one, or the name of its variable leaves nothing to guess.
        case certain
        /// Its variable is called like those that hold one.
        case likely
    }

    /// In bytes. What is longer is a document, and a hostile spec may repeat one thousands of times.
    private static let limit = 8192

    /// What tells that the value of a variable is or holds one; nil when nothing does.
    static func sign(in template: Template, of variable: String) -> Sign? {
        guard let literals = literals(of: template) else { return nil }
        if literals.contains(where: isKnown) { return .certain }
        // Beside a reference it is the reference that is secret, or nothing is.
        let value = literals.joined()
        guard literals.count == template.segments.count, CredentialName.isLikely(variable, holding: value) else {
            return nil
        }
        return CredentialName.isCertain(variable, holding: value) ? .certain : .likely
    }

    /// Whether whoever knows an address knows a credential. What stands in it for something else is none.
    static func isIn(address: String) -> Bool {
        let text = address.replacing(#/\$\{[^}]*\}/#, with: "{}")
        return text.utf8.count <= limit && isKnown(text)
    }

    /// Whether an argument of a program has one in it: by its look, or as `--password=hunter2`.
    static func isIn(argument template: Template) -> Bool {
        guard let literals = literals(of: template) else { return false }
        if literals.contains(where: isKnown) { return true }
        guard literals.count == template.segments.count else { return false }
        return words(of: literals).contains { word in
            guard let parts = word.wholeMatch(of: #/-{0,2}([A-Za-z][A-Za-z0-9_.-]*)=(\S+)/#) else { return false }
            return isNamed(String(parts.1), String(parts.2))
        }
    }

    /// The arguments of a program that are one because of the option before them, as in `--api-key` and then the key, or
    /// in `-u` and then a user with a password.
    static func behindOptions(in arguments: [Template]) -> [Int] {
        var found: Set<Int> = []
        var before: String?
        let all = arguments.map { template in
            literals(of: template).flatMap { $0.count == template.segments.count ? words(of: $0) : nil }
        }
        let asks = all.contains { $0?.contains { $0 == "curl" || $0.hasSuffix("/curl") } == true }
        for (index, words) in all.enumerated() {
            guard let words else {
                before = nil
                continue
            }
            for word in words {
                if let option = before, isBehind(option, word, asks) { found.insert(index) }
                before = word
            }
        }
        return found.filter { !isIn(argument: arguments[$0]) }.sorted()
    }

    private static func isBehind(_ option: String, _ value: String, _ asks: Bool) -> Bool {
        guard option.hasPrefix("-"), let first = value.first, !"-$<{%".contains(first) else { return false }
        if option == "-u" || option == "--user" { return isLogin(value, asks) }
        return option.utf8.count > 2 && isNamed(String(option.drop { $0 == "-" }), value)
    }

    /// A user of the machine with a group looks much like it, but for what curl is given.
    private static func isLogin(_ text: String, _ asks: Bool) -> Bool {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0] != parts[1], !parts[1].allSatisfy(\.isNumber) else { return false }
        return asks || parts[1].utf8.count > 7 && parts[1].contains(where: \.isNumber)
    }

    private static func isNamed(_ option: String, _ value: String) -> Bool {
        CredentialName.isLikely(option, holding: value) && CredentialName.isCertain(option, holding: value)
    }

    /// As a shell would part them, more or less.
    private static func words(of literals: [String]) -> [String] {
        literals.joined().split(whereSeparator: \.isWhitespace).map { word in
            String(word.drop { "'\"".contains($0) }.prefix { !"'\"".contains($0) })
        }
    }

    private static func literals(of template: Template) -> [String]? {
        let literals: [String] = template.segments.compactMap {
            if case .literal(let text) = $0 { text } else { nil }
        }
        return literals.reduce(0) { $0 + $1.utf8.count } <= limit ? literals : nil
    }

    private static func isKnown(_ text: String) -> Bool {
        CredentialText.ranges(in: text).contains { !isOpen(text[$0]) } || hasLogin(text) || hasBearer(text)
            || hasTokenInQuery(text) || hasNamedPassword(text)
    }

    /// Who somebody is at Amazon, which opens nothing.
    private static func isOpen(_ word: Substring) -> Bool { word.hasPrefix("AKIA") || word.hasPrefix("ASIA") }

    /// `host=db password=hunter2`, `jdbc:postgresql://db/shop?user=shop&password=hunter2`, `AccountKey=...;`.
    private static func hasNamedPassword(_ text: String) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "=")) else { return false }
        return text.split { $0.isWhitespace || ";?&,".contains($0) }.contains { word in
            guard let mark = word.firstIndex(of: "=") else { return false }
            let name = word[..<mark].lowercased()
            let value = word[word.index(after: mark)...].drop { "'\"".contains($0) }.prefix { !"'\"".contains($0) }
            guard value.utf8.count > 3, let first = value.first, !"{<$%*".contains(first) else { return false }
            return passwords.contains(where: name.hasSuffix) && CredentialName.isLikely("password", holding: "\(value)")
        }
    }

    private static let passwords = ["password", "passwd", "pwd", "accountkey", "sharedaccesskey"]

    /// `postgresql://shop:hunter2@db/shop`, and not a list of addresses or a pattern for one.
    private static func hasLogin(_ text: String) -> Bool {
        text.contains("://") && text.contains(#/://[^/\s:@,{<]*:[^/\s@,{<]+@/#)
    }

    /// `https://example.com/in?token=hunter2secret`.
    private static func hasTokenInQuery(_ text: String) -> Bool {
        text.contains("://")
            && text.contains(#/[?&](access_)?(token|secret|password|api_?key|sig)=[^&\s{<$]{8,}/#.ignoresCase())
    }

    /// `Authorization: Bearer hunter2secret`.
    private static func hasBearer(_ text: String) -> Bool {
        text.matches(of: #/[Bb]earer +([A-Za-z0-9._~+\/=-]{8,})/#).contains { $0.1.contains(where: \.isNumber) }
    }
}
