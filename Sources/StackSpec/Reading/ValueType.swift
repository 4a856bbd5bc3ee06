import Basics
import StackModel

/// How one type of value is written and read. `read` returns `nil` after it has reported why.
struct ValueType<Value: Sendable>: Sendable {
    let shape: Shape
    let read: @Sendable (_ node: SpecNode, _ key: String, _ reading: Reading) -> Value?
}

extension ValueType where Value: TextCodable {
    /// A value with a text form, like `30s` or `512MiB`.
    /// - Parameters:
    ///   - repair: what was probably meant by a text that is refused.
    ///   - help: what to say when that is not known.
    static func written(
        _ words: String,
        pattern: String,
        repair: @escaping @Sendable (String) -> String? = { _ in nil },
        help: @escaping @Sendable (String) -> String? = { _ in nil }
    ) -> ValueType {
        ValueType(shape: .text(pattern: pattern, words: words)) { node, key, reading in
            guard let text = reading.text(of: node, for: key) else { return nil }
            if let value = Value(text) { return value }
            let meant = repair(text).flatMap { Value($0) == nil ? nil : $0 }
            return reading.refuse(node, key, wanted: words, help: meant.map { "Did you mean \($0)?" } ?? help(text))
        }
    }
}

extension ValueType where Value: Name {
    static var name: ValueType {
        ValueType(shape: .text(pattern: NameRule.pattern, words: "a name")) { node, key, reading in
            guard let text = reading.text(of: node, for: key) else { return nil }
            return Value(text)
                ?? reading.refuse(
                    node,
                    key,
                    wanted: "made of lower-case letters, digits and dashes",
                    help: NameRule.repaired(text).map { "Did you mean \($0)?" } ?? NameRule.words
                )
        }
    }
}

extension ValueType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of a few words.
    static var choice: ValueType {
        let words = Value.allCases.map(\.rawValue)
        return ValueType(shape: .choice(words)) { node, key, reading in
            guard let text = reading.text(of: node, for: key) else { return nil }
            return Value(rawValue: text)
                ?? reading.refuse(
                    node,
                    key,
                    wanted: words.count == 1 ? words[0] : "one of \(words.joined(separator: ", "))",
                    help: Spelling.suggestion(for: text, among: words)
                )
        }
    }
}

extension ValueType {
    static func list<Element>(of element: ValueType<Element>, what: String) -> ValueType<[Element]>
    where Value == [Element] {
        ValueType(shape: .list(element.shape)) { node, key, reading in
            guard let elements = node.elements else {
                var help: String?
                if case .scalar(let scalar) = node.content {
                    help = "Write [\(scalar.text.abridged.split(separator: " ").joined(separator: ", "))]."
                }
                return reading.refuse(node, key, wanted: "a list of \(what)", help: help)
            }
            let label = if case .table(let table) = element.shape { table.title } else { key }
            return elements.compactMap { element.read($0, label, reading) }
        }
    }

    static func table(_ table: KeyTable, _ make: @escaping @Sendable (Fields) -> Value?) -> ValueType {
        ValueType(shape: .table(table)) { node, key, reading in
            Fields(node, table: table, label: key, place: node.place, reading: reading).flatMap(make)
        }
    }
}
