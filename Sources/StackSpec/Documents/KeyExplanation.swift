import Basics
import StackModel

/// All there is to say of one key: what it means, what it takes, what holds without it, and, for a spec, what it says
/// there and where that was written.
package struct KeyExplanation: Encodable, Sendable {
    package enum Origin: Encodable, Sendable, Equatable {
        /// Written under `environments`.
        case environment(EnvironmentName)
        /// Written for every environment.
        case spec
        /// Written nowhere.
        case fallback
    }

    package struct Value: Encodable, Sendable {
        /// As the person wrote it, references and all; `nil` for a map, a list, and what nobody wrote.
        package let text: String?
        package let origin: Origin
        package let location: SourceLocation?
    }

    package let key: String
    package let meaning: String
    /// What may be written; `nil` for a section.
    package let takes: String?
    package let isRequired: Bool
    /// What holds when it is not written.
    package let fallback: String?
    /// The keys below it, by section.
    package let keys: [String: [String]]
    /// What a spec says; `nil` without a spec.
    package let value: Value?

    /// Explains a key, written with dots: `services.api.rollout.maxSurge`, or `rollout.maxSurge` for the key of a
    /// section without a spec. Throws `usage` for a key that does not exist, with what was probably meant.
    package static func of(
        _ key: String,
        in text: SpecText?,
        environment: EnvironmentName?
    ) throws(ReportableError) -> KeyExplanation {
        let path = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let spec = try text.map { text throws(ReportableError) in try WrittenSpec(text, environment: environment) }
        let search = KeySearch(root: spec?.merged)
        guard let found = search.find(path) else {
            throw ReportableError(
                .usage,
                "there is no key \(key.abridged)",
                hint: search.suggestion(for: path) ?? "docs/reference/spec.md has them all."
            )
        }
        let below = search.tables(below: found)
        let keys = Dictionary(below.map { ($0.title, $0.rules.map(\.name)) }) { first, _ in first }
        // Only a path from the top of the spec leads to a place in it.
        let value = StackKeys.table.knows(path[0]) ? spec?.value(at: path) : nil
        switch found {
        case .table(let table): return KeyExplanation(key: key, table, keys: keys, value: value)
        case .key(let rule): return KeyExplanation(key: key, rule, keys: keys, value: value)
        }
    }

    private init(key: String, _ table: KeyTable, keys: [String: [String]], value: Value?) {
        (self.key, self.meaning, self.keys, self.value) = (key, table.meaning, keys, value)
        (self.takes, self.isRequired, self.fallback) = (nil, false, nil)
    }

    private init(key: String, _ rule: KeyRule, keys: [String: [String]], value: Value?) {
        (self.key, self.meaning, self.keys, self.value) = (key, rule.meaning, keys, value)
        (self.takes, self.isRequired, self.fallback) = (rule.shape.words, rule.isRequired, rule.fallback)
    }
}

/// A spec as it is written, whether or not it is valid.
private struct WrittenSpec {
    let root: SpecNode
    let merged: SpecNode
    let environment: EnvironmentName
    private let source: SourceText?
    private let file: String

    init(_ text: SpecText, environment: EnvironmentName?) throws(ReportableError) {
        let findings = Findings(file: text.file)
        guard let root = Composer.compose(text, findings: findings),
            let name = EnvironmentChoice(root: root).name(asked: environment, findings: findings)
        else {
            throw ReportableError(.invalidSpec, "\(text.file) cannot be read", diagnostics: findings.inFileOrder())
        }
        self.root = root
        self.environment = name
        self.merged = EnvironmentChoice(root: root).merged(for: name, findings: findings)
        self.source = findings.source
        self.file = text.file
    }

    func value(at path: [String]) -> KeyExplanation.Value {
        if let entry = entry(at: ["environments", environment.text] + path, in: root) {
            return value(of: entry, .environment(environment))
        }
        if let entry = entry(at: path, in: root) {
            let owner = path.first == "environments" && path.count > 2 ? EnvironmentName(path[1]) : nil
            return value(of: entry, owner.map { .environment($0) } ?? .spec)
        }
        return KeyExplanation.Value(text: nil, origin: .fallback, location: nil)
    }

    private func value(of entry: SpecNode.Entry, _ origin: KeyExplanation.Origin) -> KeyExplanation.Value {
        let place = entry.valuePlace
        let location = source?.location(place) ?? SourceLocation(file: file, line: place.line, column: place.column)
        guard case .scalar(let scalar) = entry.value.content else {
            return KeyExplanation.Value(text: nil, origin: origin, location: location)
        }
        return KeyExplanation.Value(text: scalar.text.abridged, origin: origin, location: location)
    }

    private func entry(at path: [String], in root: SpecNode) -> SpecNode.Entry? {
        guard let last = path.last else { return nil }
        var node: SpecNode? = root
        for key in path.dropLast() {
            node =
                Int(key).flatMap { index in node?.elements.map { $0.indices.contains(index) ? $0[index] : nil } ?? nil }
                ?? node?[key]
        }
        return node?.entry(last)
    }
}
