/// A command written as one text, in the words that Compose cuts it into: by blanks, with quotes and backslashes as a
/// shell has them, and nothing else of a shell.
enum ShellWords {
    /// Nil when a quote is never closed.
    static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = text[...]
        while let character = rest.popFirst() {
            if let open = quote {
                if character == open {
                    quote = nil
                } else if character == "\\", open == "\"", let next = rest.first, "\"\\$`\n".contains(next) {
                    word = (word ?? "") + (next == "\n" ? "" : String(next))
                    rest.removeFirst()
                } else {
                    word = (word ?? "") + String(character)
                }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == "\\", let next = rest.popFirst() {
                if next != "\n" { word = (word ?? "") + String(next) }
            } else if character.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        return words + (word.map { [$0] } ?? [])
    }
}
