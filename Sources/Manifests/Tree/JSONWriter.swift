import Basics

/// Writes manifest values as JSON, two spaces, keys in the order they have.
struct JSONWriter {
    private var text = ""

    static func document(_ value: ManifestValue) -> String {
        var writer = JSONWriter()
        writer.write(value, indent: 0)
        return writer.text + "\n"
    }

    private mutating func write(_ value: ManifestValue, indent: Int) {
        switch value {
        case .map:
            write(value.entries ?? [], "{", "}", indent) {
                $0.text += "\(Self.quoted($1.key)): "; return $1.value
            }
        case .list(let values): write(values.filter { $0 != .absent }, "[", "]", indent) { $1 }
        case .text(let text): self.text += Self.quoted(text)
        case .integer(let number): text += "\(number)"
        case .decimal(let number): text += "\(number)"
        case .boolean(let flag): text += flag ? "true" : "false"
        case .absent: text += "null"
        }
    }

    /// `head` writes what stands before an element's value and returns the value.
    private mutating func write<Element>(
        _ elements: [Element],
        _ opening: String,
        _ closing: String,
        _ indent: Int,
        head: (inout JSONWriter, Element) -> ManifestValue
    ) {
        guard !elements.isEmpty else { return text += opening + closing }
        text += opening
        for (index, element) in elements.enumerated() {
            text += (index == 0 ? "\n" : ",\n") + String(repeating: " ", count: indent + 2)
            let value = head(&self, element)
            write(value, indent: indent + 2)
        }
        text += "\n" + String(repeating: " ", count: indent) + closing
    }

    /// Whatever some reader would not show or would take for the end of a line is escaped.
    private static func quoted(_ text: String) -> String {
        QuotedText.of(text) { scalar in
            switch scalar {
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}": false
            default: true
            }
        }
    }
}
