/// A text as one YAML scalar.
package enum YAMLScalar {
    /// Plain where every reader takes it for this text, else in double quotes.
    package static func text(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    /// In double quotes on one line, whatever the text holds.
    package static func quoted(_ text: String) -> String { QuotedText.of(text) { (" "..."~").contains($0) } }

    /// Several lines as a literal block; nil where a block would not give the same text back.
    package static func block(_ text: String, indent: Int) -> String? {
        guard text.utf8.dropLast().contains(UInt8(ascii: "\n")), canBeBlock(text) else { return nil }
        let ends = text.hasSuffix("\n")
        let lines = (ends ? text.dropLast() : text[...]).split(separator: "\n", omittingEmptySubsequences: false)
        let margin = String(repeating: " ", count: max(indent, 2))
        return (ends ? "|" : "|-") + lines.map { $0.isEmpty ? "\n" : "\n\(margin)\($0)" }.joined()
    }

    private static func canBeBlock(_ text: String) -> Bool {
        let isPrintable = text.utf8.allSatisfy { (32...126).contains($0) || $0 == UInt8(ascii: "\n") }
        guard isPrintable, text.hasSuffix("\n\n") == false, let first = text.utf8.first else { return false }
        return first != UInt8(ascii: " ") && first != UInt8(ascii: "\n") && !text.contains(" \n")
            && !text.hasSuffix(" ")
    }

    /// Words that some reader takes for a boolean or for nothing.
    private static let taken: Set<String> = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "nan", "inf",
    ]

    private static func isPlain(_ text: String) -> Bool {
        guard text.utf8.count <= 120, text.utf8.allSatisfy({ isLetter($0) || isDigit($0) || isInner($0) }),
            !text.hasSuffix(":"), !taken.contains(text.lowercased())
        else { return false }
        return isAmount(text) || text.utf8.drop { $0 == UInt8(ascii: "-") }.first.map(mayBegin) == true
    }

    private static func mayBegin(_ byte: UInt8) -> Bool {
        isLetter(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "_")
    }

    /// `10s`, `512Mi`: with a letter at its end and no digit behind one, no number in any base.
    private static func isAmount(_ text: String) -> Bool {
        let unit = text.utf8.drop(while: isDigit)
        return unit.count < text.utf8.count && !unit.isEmpty && unit.allSatisfy(isLetter)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// A colon is harmless before anything but a space, and there is no space in a plain text of ours.
    private static func isInner(_ byte: UInt8) -> Bool { "._-/:@+=".utf8.contains(byte) }
}
