import Basics

/// A value of the spec that is being written.
indirect enum SpecValue {
    /// Quoted where it has to be.
    case text(String)
    /// In quotes in any case: a version, which others would take for a number.
    case quoted(String)
    case number(Int)
    case flag(Bool)
    case list([SpecValue])
    /// On one line where it fits.
    case map([SpecLine])
    /// Always a line for each key.
    case block([SpecLine])
}

/// A key of the spec, with what a person is told about it.
struct SpecLine {
    let key: String
    let value: SpecValue
    var comments: [String] = []

    init(_ key: String, _ value: SpecValue, comments: [String] = []) {
        (self.key, self.value, self.comments) = (key, value, comments)
    }

    /// A service of this kind.
    var isEdge: Bool {
        guard case .block(let lines) = value, let kind = lines.first(where: { $0.key == "kind" }) else { return false }
        if case .text("edge") = kind.value { return true }
        return false
    }
}

/// Writes a spec as a person would: short maps and lists on one line, a line for each key of everything else.
struct SpecWriter {
    private var text = ""
    private static let width = 100

    static func document(_ lines: [SpecLine], head: [String]) -> String {
        var writer = SpecWriter()
        for line in head { writer.comment(line, 0) }
        for (index, line) in lines.enumerated() {
            // Sections stand apart, but for the two names at the top.
            if index > 1 { writer.text += "\n" }
            writer.write(line, 0)
        }
        return writer.text
    }

    private mutating func comment(_ comment: String, _ indent: Int) {
        pad(indent)
        text += comment.isEmpty ? "#\n" : "# \(comment)\n"
    }

    private mutating func write(_ line: SpecLine, _ indent: Int, padded: Bool = true) {
        for comment in line.comments { self.comment(comment, indent) }
        if padded { pad(indent) }
        text += YAMLScalar.text(line.key) + ":"
        let room = Self.width - indent - line.key.count - 2
        switch line.value {
        case .block(let lines):
            text += "\n"
            for (index, inner) in lines.enumerated() {
                if indent == 0, index > 0, case .block = inner.value { text += "\n" }
                write(inner, indent + 2)
            }
        case .map(let lines):
            if let flow = Self.flow(line.value), flow.count <= room { return text += " \(flow)\n" }
            text += "\n"
            for inner in lines { write(inner, indent + 2) }
        case .list(let values): write(values, line.value, indent, room)
        case .text(let value):
            text += " " + (YAMLScalar.block(value, indent: indent + 2) ?? Self.scalar(value)) + "\n"
        case .quoted, .number, .flag: text += " " + (Self.flow(line.value) ?? "") + "\n"
        }
    }

    /// Maps get a line each, words share one where they fit.
    private mutating func write(_ values: [SpecValue], _ value: SpecValue, _ indent: Int, _ room: Int) {
        let isPlain = values.allSatisfy { if case .map = $0 { false } else { true } }
        if isPlain, let flow = Self.flow(value), flow.count <= room { return text += " \(flow)\n" }
        text += "\n"
        for item in values {
            pad(indent + 2)
            text += "-"
            switch item {
            case .map(let lines) where (Self.flow(item)?.count ?? .max) > Self.width - indent - 4:
                text += " "
                for (index, line) in lines.enumerated() { write(line, indent + 4, padded: index > 0) }
            case .text(let word):
                text += " " + (YAMLScalar.block(word, indent: indent + 4) ?? Self.scalar(word)) + "\n"
            default: text += " " + (Self.flow(item) ?? "") + "\n"
            }
        }
    }

    /// On one line; nil where comments or lines of text stand in the way.
    private static func flow(_ value: SpecValue) -> String? {
        switch value {
        case .text(let text): return text.contains("\n") ? nil : scalar(text)
        case .quoted(let text): return YAMLScalar.quoted(text)
        case .number(let number): return "\(number)"
        case .flag(let flag): return "\(flag)"
        case .block: return nil
        case .list(let values):
            let items = values.compactMap(flow)
            return items.count == values.count ? "[\(items.joined(separator: ", "))]" : nil
        case .map(let lines):
            var items: [String] = []
            for line in lines {
                guard line.comments.isEmpty, let item = flow(line.value) else { return nil }
                items.append("\(YAMLScalar.text(line.key)): \(item)")
            }
            return "{\(items.joined(separator: ", "))}"
        }
    }

    /// `./app` is plain, as a person would write it.
    private static func scalar(_ text: String) -> String {
        let rest = text.hasPrefix("./") ? text.dropFirst(2) : text.hasPrefix("../") ? text.dropFirst(3) : ""
        return !rest.isEmpty && YAMLScalar.text(String(rest)) == rest ? text : YAMLScalar.text(text)
    }

    private mutating func pad(_ count: Int) { text += String(repeating: " ", count: count) }
}
