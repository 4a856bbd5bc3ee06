import StackModel

/// Credentials that stand in `env` as they are, known by their look or by the name of their variable.
enum PlainCredential {
    /// In bytes. What is longer is a document, and a hostile spec may repeat one thousands of times.
    private static let limit = 8192

    static func isIn(_ template: Template, of variable: String) -> Bool {
        let literals: [String] = template.segments.compactMap {
            if case .literal(let text) = $0 { text } else { nil }
        }
        guard literals.reduce(0, { $0 + $1.utf8.count }) <= limit else { return false }
        if literals.contains(where: { !CredentialText.ranges(in: $0).isEmpty || hasLogin($0) }) { return true }
        // Beside a reference it is the reference that is secret, or nothing is.
        guard literals.count == template.segments.count else { return false }
        return CredentialName.isLikely(variable, holding: literals.joined())
    }

    /// `postgresql://shop:hunter2@db/shop`.
    private static func hasLogin(_ text: String) -> Bool {
        text.contains("://") && text.contains(#/://[^/\s:@]*:[^/\s@]+@/#)
    }
}
