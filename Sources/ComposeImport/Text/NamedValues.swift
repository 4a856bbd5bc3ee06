import StackModel

/// Values inside a text that stand behind the name of a credential: `host=db password=x`, `{"password": "x"}`,
/// `Authorization: Bearer x`, `?access_token=x`.
enum NamedValues {
    static func all(in text: String) -> [(name: String, range: Range<String.Index>)] {
        text.indices.compactMap { mark in
            guard "=:".contains(text[mark]), let name = name(before: text[..<mark]) else { return nil }
            let rest = text[text.index(after: mark)...]
            let value = text[mark] == "=" ? rest : rest.drop { $0 == " " }
            // `http://`, `user:password` and the like are addresses.
            guard text[mark] == "=" || value.startIndex > rest.startIndex || isQuote(value.first) else { return nil }
            let range = range(of: behindScheme(value, name), isInside: text[..<mark].contains("{"))
            guard let first = text[range].first, !"/$-{[".contains(first), !text[range].allSatisfy(\.isNumber) else {
                return nil
            }
            return (name, range)
        }
    }

    private static func name(before text: Substring) -> String? {
        let open = isQuote(text.last) ? text.dropLast() : text
        let name = String(open.reversed().prefix(while: isName).reversed())
        if name.lowercased() == "authorization" { return "authorization-token" }
        // A key may be one of anything.
        let isAny = ["KEY", "KEYS", "AUTH"].contains(name.uppercased())
        if CredentialName.isLikely(name) { return isAny ? nil : name }
        let lower = name.lowercased()
        return keys.contains(where: lower.hasSuffix) ? "\(name.dropLast(3))_\(name.suffix(3))" : nil
    }

    /// Words that end with a key and are written as one, as in `AccountKey=...`.
    private static let keys = [
        "accountkey", "accesskey", "sharedkey", "signingkey", "encryptionkey", "masterkey", "licensekey",
    ]

    /// Without the word of a scheme, as in `Bearer x`.
    private static func behindScheme(_ value: Substring, _ name: String) -> Substring {
        guard name == "authorization-token" else { return value }
        let word = (isQuote(value.first) ? value.dropFirst() : value).prefix { $0.isLetter }
        guard ["bearer", "basic", "token"].contains(word.lowercased()) else { return value }
        return value[word.endIndex...].drop { $0 == " " }
    }

    /// Between quotes, or up to the next blank, semicolon or ampersand, or a comma before another name; inside of
    /// braces up to their end.
    private static func range(of value: Substring, isInside: Bool) -> Range<String.Index> {
        if let quote = value.first, isQuote(quote) {
            let inner = value.dropFirst()
            return inner.startIndex..<(inner.firstIndex(of: quote) ?? inner.endIndex)
        }
        let end = value.indices.first { index in
            guard value[index] == "," else {
                return " ;&\t\n'\"".contains(value[index]) || isInside && value[index] == "}"
            }
            let rest = value[value.index(after: index)...].drop { $0 == " " }
            let name = rest.prefix(while: isName)
            return !name.isEmpty && rest.dropFirst(name.count).first.map("=:".contains) == true
        }
        return value.startIndex..<(end ?? value.endIndex)
    }

    private static func isQuote(_ character: Character?) -> Bool { character == "\"" || character == "'" }

    static func isName(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "_-.".contains(character))
    }
}
