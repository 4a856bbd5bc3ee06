import Basics

/// Reads a `.env` file: one `NAME=value` per line, `#` comments, an optional `export`, single quotes for text as it
/// is, double quotes for text with `\n`, `\t`, `\"`, `\\` and `\$`. Nothing is filled in inside values.
package enum DotEnv {
    /// The variables of the file. A line that cannot be read is an error and is left out; of a name that is there twice
    /// the last value holds, with a warning.
    package static func parse(
        _ text: String,
        file: String
    ) -> (variables: [String: String], diagnostics: [Diagnostic]) {
        let found = read(text, file: file)
        return (found.variables, found.diagnostics)
    }

    /// The same, with the line that each variable stands in, and those that stand in single quotes.
    package static func read(
        _ text: String,
        file: String
    ) -> (variables: [String: String], lines: [String: Int], literals: Set<String>, diagnostics: [Diagnostic]) {
        // No line is quoted: what stands in this file is secret.
        let findings = Findings(file: file)
        let source = SourceText(file: file, text: text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text)
        var variables: [String: String] = [:]
        var lines: [String: Int] = [:]
        var literals: Set<String> = []
        for (index, line) in source.lines.enumerated() {
            guard let (name, written) = assignment(in: String(line), number: index + 1, findings) else { continue }
            guard let value = value(written) else {
                let place = Place(line: index + 1, column: line.prefix { $0.isWhitespace }.unicodeScalars.count + 1)
                findings.error("the value of \(name) has no closing quote, or text after it", at: place)
                continue
            }
            if value.utf8.contains(0) {
                findings.error("the value of \(name) holds a NUL", at: Place(line: index + 1, column: 1))
                continue
            }
            if let first = lines[name] {
                findings.warning(
                    "\(name) is set twice, first at line \(first); this value holds",
                    at: Place(line: index + 1, column: 1)
                )
            }
            (variables[name], lines[name]) = (value, index + 1)
            if written.hasPrefix("'") { literals.insert(name) } else { literals.remove(name) }
        }
        return (variables, lines, literals, findings.inFileOrder())
    }

    /// The name, and the value as it is written.
    private static func assignment(in line: String, number: Int, _ findings: Findings) -> (String, String)? {
        let indent = line.prefix { $0.isWhitespace }.unicodeScalars.count
        var text = line.trimmed
        guard !text.isEmpty, !text.hasPrefix("#") else { return nil }
        let place = Place(line: number, column: indent + 1)
        if text.hasPrefix("export ") { text = String(text.dropFirst(7)).trimmed }
        guard let equals = text.firstIndex(of: "=") else {
            // The line is not repeated: it may be a secret.
            findings.error("this line is not NAME=value", at: place, help: "Begin a comment with #.")
            return nil
        }
        let name = String(text[..<equals]).trimmed
        guard name.isEnvironmentName else {
            findings.error(
                "\(name.abridged) is not the name of a variable",
                at: place,
                help: EnvironmentRule.words
            )
            return nil
        }
        return (name, String(text[text.index(after: equals)...]).trimmed)
    }

    private static func value(_ text: String) -> String? {
        guard let quote = text.first, quote == "\"" || quote == "'" else { return unquoted(text) }
        var value = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            if character == quote {
                let after = String(rest).trimmed
                return after.isEmpty || after.hasPrefix("#") ? value : nil
            }
            if character == "\\", quote == "\"", let escaped = rest.popFirst() {
                value += escape(escaped)
            } else {
                value.append(character)
            }
        }
        return nil
    }

    private static func escape(_ character: Character) -> String {
        switch character {
        case "n": "\n"
        case "t": "\t"
        case "r": "\r"
        case "\"", "\\", "$": String(character)
        default: "\\\(character)"
        }
    }

    /// A comment begins at a `#` after a space.
    private static func unquoted(_ text: String) -> String {
        var previous: Character = " "
        for index in text.indices {
            if text[index] == "#", previous.isWhitespace { return String(text[..<index]).trimmed }
            previous = text[index]
        }
        return text
    }
}

extension String {
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
