import StackSpec

/// The parser suggests the nearest option, however far it is: `--env` for `--foo`.
enum OptionSuggestion {
    /// The same message, without a suggestion that nobody can have meant.
    static func checked(_ message: String) -> String {
        guard let match = message.firstMatch(of: /(Unknown option '-+([^']*)'\.) Did you mean '-+([^']*)'\?/),
            Spelling.suggestion(for: String(match.2), among: [String(match.3)]) == nil
        else { return message }
        return message.replacing(match.0, with: match.1, maxReplacements: 1)
    }
}
