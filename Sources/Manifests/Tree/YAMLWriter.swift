import Basics

/// Writes manifest values as YAML that every reader of YAML 1.1 and 1.2 understands alike: block style, two spaces, a
/// text is plain only where no reader could take it for anything else.
struct YAMLWriter {
    private var text = ""

    /// Several documents in one file, each under `---` but the first.
    static func documents(_ values: [ManifestValue]) -> String {
        values.map(document).joined(separator: "---\n")
    }

    static func document(_ value: ManifestValue) -> String {
        var writer = YAMLWriter()
        writer.write(value, indent: 0, after: .start)
        return writer.text
    }

    /// What stands before a value on its line.
    private enum Before {
        case start, key, dash
    }

    private mutating func write(_ value: ManifestValue, indent: Int, after before: Before) {
        switch value {
        case .map(let entries): write(entries.filter { $0.value != .absent }, indent: indent, after: before)
        case .list(let values): write(values.filter { $0 != .absent }, indent: indent, after: before)
        default: finish(Self.scalar(value, indent: indent), after: before)
        }
    }

    private mutating func finish(_ line: String, after before: Before) {
        if before != .start { text += " " }
        text += line + "\n"
    }

    private mutating func write(_ entries: [ManifestValue.Entry], indent: Int, after before: Before) {
        guard !entries.isEmpty else { return finish("{}", after: before) }
        if before == .key { text += "\n" }
        for (index, entry) in entries.enumerated() {
            // The first key of a map in a list stands behind the dash.
            if before == .dash, index == 0 { text += " " } else { pad(indent) }
            text += YAMLScalar.text(entry.key) + ":"
            write(entry.value, indent: indent + 2, after: .key)
        }
    }

    /// A list under a key stands as far out as its key, as the field writes it.
    private mutating func write(_ values: [ManifestValue], indent: Int, after before: Before) {
        guard !values.isEmpty else { return finish("[]", after: before) }
        if before == .key { text += "\n" }
        let column = before == .key ? indent - 2 : indent
        for (index, value) in values.enumerated() {
            if before == .dash, index == 0 { text += " " } else { pad(column) }
            text += "-"
            write(value, indent: column + 2, after: .dash)
        }
    }

    private mutating func pad(_ count: Int) {
        for _ in 0..<count { text += " " }
    }

    private static func scalar(_ value: ManifestValue, indent: Int) -> String {
        switch value {
        case .text(let text): YAMLScalar.block(text, indent: indent) ?? YAMLScalar.text(text)
        case .integer(let number): "\(number)"
        case .decimal(let number): "\(number)"
        case .boolean(let flag): flag ? "true" : "false"
        case .list, .map, .absent: "null"
        }
    }
}
