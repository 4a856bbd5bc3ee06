/// How a value is written, for the schema and the reference.
indirect enum Shape: Sendable {
    /// A single value. `pattern` is a regular expression for the whole text, `words` names it for a person.
    case text(pattern: String?, words: String)
    case integer(ClosedRange<Int>)
    /// With or without a fraction.
    case number
    case boolean
    case choice([String])
    case list(Shape)
    /// A map from names to values.
    case map(Shape, keys: String, words: String)
    case table(KeyTable)
    /// A table that depends on `kind`; the first is meant when there is no `kind`.
    case kinds([KeyTable])
    /// What an environment lays over the stack.
    case environment
    case either(Shape, Shape)

    /// For the reference: "a duration".
    var words: String {
        switch self {
        case .text(_, let words): words
        case .integer(let range):
            range.upperBound == .max
                ? "a whole number from \(range.lowerBound)"
                : "a whole number, \(range.lowerBound) to \(range.upperBound)"
        case .number: "a number"
        case .boolean: "`true` or `false`"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .list(let element): "a list, each item \(element.words)"
        case .map(_, _, let words): words
        case .table(let table): "[\(table.title)](#\(table.title))"
        case .kinds: "[service](#services)"
        case .environment: "[environment](#environment)"
        // A text that may be a boolean says so itself.
        case .either(let left, let right):
            left.words.hasSuffix(right.words) ? left.words : "\(left.words), or \(right.words)"
        }
    }
}

/// One key of a spec in words: what the schema, the reference and the suggestions are made from.
struct KeyRule: Sendable {
    let name: String
    let shape: Shape
    let isRequired: Bool
    /// What holds when the key is not written, as it would be written.
    let fallback: String?
    /// One sentence.
    let meaning: String
    /// What others call it, for the suggestion.
    let synonyms: [String]
}

/// The keys that may stand in one kind of map.
struct KeyTable: Sendable {
    /// `app`, `rollout`: the heading in the reference and the name in the schema.
    let title: String
    let meaning: String
    let rules: [KeyRule]

    func knows(_ key: String) -> Bool { rules.contains { $0.name == key } }

    /// The key that was meant by an unknown one.
    func suggestion(for key: String) -> String? {
        if let rule = rules.first(where: { $0.synonyms.contains(key) }) { return "Did you mean \(rule.name)?" }
        return Spelling.suggestion(for: key, among: rules.map(\.name))
    }
}

/// A key together with how its value is read.
struct Key<Value: Sendable>: Sendable {
    let rule: KeyRule
    let type: ValueType<Value>

    var name: String { rule.name }

    /// - Parameter fallback: what holds without the key. The model supplies it; here it is only described.
    init(
        _ name: String,
        _ type: ValueType<Value>,
        isRequired: Bool = false,
        default fallback: String? = nil,
        synonyms: [String] = [],
        _ meaning: String
    ) {
        self.rule = KeyRule(
            name: name,
            shape: type.shape,
            isRequired: isRequired,
            fallback: fallback,
            meaning: meaning,
            synonyms: synonyms
        )
        self.type = type
    }
}
