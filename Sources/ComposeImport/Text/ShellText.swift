/// A text that a shell reads, looked through without running it.
enum ShellText {
    /// The words and what stands between quotes in them, as they are written.
    static func words(of text: String) -> [Range<String.Index>] {
        var words: [Range<String.Index>] = []
        var start: String.Index?
        scan(text) { index, quote in
            let isEnd = quote == nil && isBetween(text[index])
            if isEnd, let begun = start {
                words.append(begun..<index)
                start = nil
            } else if !isEnd, start == nil {
                start = index
            }
        }
        if let start { words.append(start..<text.endIndex) }
        return words
    }

    /// The text with variables in the place of some signs, each so that the shell takes its value as it is.
    static func filled(_ text: String, _ variable: (Character) -> String?) -> String {
        var filled = ""
        scan(text) { index, quote in
            guard let name = variable(text[index]) else { return filled.append(text[index]) }
            switch quote {
            case nil: filled += "\"$\(name)\""
            case "'": filled += "'\"$\(name)\"'"
            default: filled += "${\(name)}"
            }
        }
        return filled
    }

    /// What no word has in it.
    private static func isBetween(_ character: Character) -> Bool {
        character.isWhitespace || ";|&()<>".contains(character)
    }

    /// Every place, with the quote that it stands in. The quotes themselves stand in none, and those of a comment are
    /// none.
    private static func scan(_ text: String, _ visit: (String.Index, Character?) -> Void) {
        var quote: Character?
        var isEscaped = false
        var isComment = false
        var isStart = true
        for index in text.indices {
            let character = text[index]
            let isWord = !isEscaped && quote == nil
            defer { isStart = isWord && isBetween(character) }
            if isComment || isWord && isStart && character == "#" {
                isComment = !character.isNewline
                visit(index, nil)
            } else if isEscaped {
                isEscaped = false
                visit(index, quote ?? "\"")
            } else if character == "\\", quote != "'" {
                isEscaped = true
                visit(index, quote ?? "\"")
            } else if character == quote {
                quote = nil
                visit(index, "\"")
            } else if quote == nil, character == "'" || character == "\"" {
                visit(index, "\"")
                quote = character
            } else {
                visit(index, quote)
            }
        }
    }
}
