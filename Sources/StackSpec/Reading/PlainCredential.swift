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
        guard literals.count == template.segments.count,
            CredentialName.isLikely(variable, holding: literals.joined())
        else { return nil }
        return CredentialName.isCertain(variable) ? .certain : .likely
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
        guard literals.count == template.segments.count,
            let parts = literals.joined().wholeMatch(of: #/-{0,2}([A-Za-z][A-Za-z0-9_.-]*)=(\S+)/#)
        else { return false }
        let option = String(parts.1)
        return CredentialName.isCertain(option) && CredentialName.isLikely(option, holding: String(parts.2))
    }

    private static func literals(of template: Template) -> [String]? {
        let literals: [String] = template.segments.compactMap {
            if case .literal(let text) = $0 { text } else { nil }
        }
        return literals.reduce(0) { $0 + $1.utf8.count } <= limit ? literals : nil
    }

    private static func isKnown(_ text: String) -> Bool {
        !CredentialText.ranges(in: text).isEmpty || hasLogin(text) || hasBearer(text) || hasTokenInQuery(text)
    }

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
