import Basics
import StackModel

extension ValueType where Value == Int {
    static func integer(_ range: ClosedRange<Int>, _ words: String? = nil) -> ValueType {
        let shape = Shape.integer(range)
        let wanted = words ?? shape.words
        return ValueType(shape: shape) { node, key, reading in
            guard let text = reading.text(of: node, for: key) else { return nil }
            let isDecimal = !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) } && isCanonical(text)
            guard isDecimal, let value = Int(text), range.contains(value) else {
                return reading.refuse(node, key, wanted: wanted)
            }
            if case .scalar(let scalar) = node.content, scalar.isQuoted, !scalar.text.contains("$") {
                return reading.refuse(node, key, wanted: wanted, help: "Remove the quotes.")
            }
            return value
        }
    }

    /// `010` is eight to some readers of YAML and ten to others.
    private static func isCanonical(_ text: String) -> Bool { text == "0" || !text.hasPrefix("0") }

    static var port: ValueType { integer(1...65535, "a port, 1 to 65535") }
}

extension ValueType where Value == Bool {
    static var boolean: ValueType {
        ValueType(shape: .boolean) { node, key, reading in
            guard let scalar = reading.scalar(node, for: key), let text = reading.text(of: node, for: key) else {
                return nil
            }
            // Quotes make a text of it, but a reference can hardly be written without them.
            let isBare = !scalar.isQuoted || scalar.text.contains("$")
            if isBare, text == "true" || text == "false" { return text == "true" }
            let meant = Booleans.meaning(of: text)
            return reading.refuse(node, key, wanted: "true or false", help: meant.map { "Write \($0)." })
        }
    }
}

/// The words that some readers of YAML take for true and false.
enum Booleans {
    static func meaning(of text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "on", "y": true
        case "false", "no", "off", "n": false
        default: nil
        }
    }
}

extension ValueType where Value == String {
    /// A text that `isGood` accepts.
    static func text(
        _ words: String,
        pattern: String,
        help: String? = nil,
        where isGood: @escaping @Sendable (String) -> Bool
    ) -> ValueType {
        ValueType(shape: .text(pattern: pattern, words: words)) { node, key, reading in
            guard let text = reading.text(of: node, for: key) else { return nil }
            return isGood(text) ? text : reading.refuse(node, key, wanted: words, help: help)
        }
    }

    static var word: ValueType {
        text("a text without spaces", pattern: "^\\S+$") { !$0.isEmpty && !$0.contains(where: \.isWhitespace) }
    }

    /// The path of a request.
    static var requestPath: ValueType { path("a path that begins with /", pattern: "^/\\S*$", without: "") }

    /// Whatever ends a path or is another way to write one would be neither scraped nor hidden.
    static var metricsPath: ValueType {
        path("a path that begins with /, without ?, # and %", pattern: "^/[^\\s?#%]*$", without: "?#%")
    }

    private static func path(_ words: String, pattern: String, without signs: String) -> ValueType {
        ValueType(shape: .text(pattern: pattern, words: words)) { node, key, reading in
            guard let text = reading.text(of: node, for: key) else { return nil }
            let isPlain = !text.contains { $0.isWhitespace || signs.contains($0) }
            if text.hasPrefix("/"), isPlain { return text }
            let help = isPlain ? "Did you mean /\(text)?" : nil
            return reading.refuse(node, key, wanted: words, help: help)
        }
    }

    static var absolutePath: ValueType {
        text(
            "an absolute path",
            pattern: "^/",
            help: "A relative path would mean another place for every caller."
        ) { $0.hasPrefix("/") }
    }

    /// `7.0`, taken as it is written and never as a number.
    static var version: ValueType {
        let shape = Shape.either(
            .text(pattern: "^[0-9]+(\\.[0-9]+){0,2}$", words: "a version such as \"7.0\""),
            .number
        )
        return ValueType(shape: shape) { node, key, reading in
            guard let text = reading.text(of: node, for: key) else { return nil }
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let isGood =
                parts.count <= 3
                && parts.allSatisfy { (1...5).contains($0.count) && $0.utf8.allSatisfy { (48...57).contains($0) } }
            guard isGood else { return reading.refuse(node, key, wanted: "a version such as \"7.0\"") }
            if case .scalar(let scalar) = node.content, !scalar.isQuoted, parts.count == 2, parts[1].count > 1,
                parts[1].hasSuffix("0")
            {
                reading.findings.warning(
                    "\(key) \(text) is a number to other readers of YAML, and loses its last zero",
                    at: node.place,
                    help: "Quote it: \"\(text)\"."
                )
            }
            return text
        }
    }
}
