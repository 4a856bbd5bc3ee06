import Basics
import StackModel

/// All there is to say of one key: what it means, what it takes, what holds without it, and, for a spec, what it says
/// there and where that was written.
package struct KeyExplanation: Encodable, Sendable {
    package enum Origin: String, Encodable, Sendable {
        /// Written under `environments`.
        case environment
        /// Written for every environment.
        case spec
        /// Written nowhere.
        case fallback = "default"
    }

    package struct Value: Encodable, Sendable {
        /// As the person wrote it, references and all; `nil` for a map, a list, and what nobody wrote.
        package let text: String?
        package let origin: Origin
        /// Which environment it is written under.
        package let environment: EnvironmentName?
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
    /// What environments say instead, in a spec that has several and when none was chosen.
    package let elsewhere: [Value]
    /// The environments that there are to choose from; empty when one was chosen or is the only one.
    package let environments: [String]

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
        try spec?.check(path)
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
        let here = StackKeys.table.knows(path[0]) ? spec : nil
        let (meaning, takes, rule): (String, String?, KeyRule?) =
            switch found {
            case .table(let table): (table.meaning, nil, nil)
            case .key(let rule): (rule.meaning, rule.shape.words, rule)
            case .item(let owner, let shape): ("One of \(owner.name). \(owner.meaning)", shape.words, nil)
            }
        return KeyExplanation(
            key: key,
            meaning: meaning,
            takes: takes.map(plain),
            isRequired: rule?.isRequired ?? false,
            fallback: rule?.fallback,
            keys: keys,
            value: here?.value(at: path),
            elsewhere: here?.others(at: path) ?? [],
            environments: here?.environment == nil ? here?.environments ?? [] : []
        )
    }

    /// Words that were written for a page of Markdown: `[rollout](#rollout)` is rollout.
    private static func plain(_ words: String) -> String {
        words.replacing(/\[([^\]]*)\]\([^)]*\)/) { $0.1 }.replacing("`", with: "")
    }
}
