import Basics
import StackModel

/// A spec as it is written, whether or not it is valid, for those who ask where a value comes from.
struct WrittenSpec {
    let root: SpecNode
    /// The spec with its environment laid over it; with all of them when none was chosen.
    let merged: SpecNode
    /// The chosen environment, or the only one; nil when there are several to choose from.
    let environment: EnvironmentName?
    /// All there are.
    let environments: [String]
    private let source: SourceText?
    private let file: String

    /// Throws `invalidSpec` for what is no YAML, `usage` for an environment that there is not.
    init(_ text: SpecText, environment: EnvironmentName?) throws(ReportableError) {
        let findings = Findings(file: text.file)
        guard let root = Composer.compose(text, findings: findings) else {
            throw ReportableError(.invalidSpec, "\(text.file) cannot be read", diagnostics: findings.inFileOrder())
        }
        let choice = EnvironmentChoice(root: root)
        environments = choice.names
        let only = environments.count == 1 ? EnvironmentName(environments[0]) : nil
        if let environment, !environments.contains(environment.text) {
            throw ReportableError(
                .usage,
                "\(text.file) has no environment \(environment)",
                hint: Spelling.suggestion(for: environment.text, among: environments)
                    ?? "It has \(environments.joined(separator: ", "))."
            )
        }
        self.root = root
        self.environment = environment ?? only
        let laidOver = self.environment.map { [$0.text] } ?? environments
        merged = laidOver.compactMap { EnvironmentName($0) }.reduce(root) { root, name in
            EnvironmentChoice(root: root).merged(for: name, findings: findings)
        }
        source = findings.source
        file = text.file
    }

    /// Throws `usage` for a path through a name that the spec does not declare, such as a mistyped service.
    func check(_ path: [String]) throws(ReportableError) {
        guard path.count > 1, let rule = StackKeys.table.rules.first(where: { $0.name == path[0] }),
            case .map(_, _, _) = rule.shape
        else { return }
        var names = merged[path[0]]?.entries?.map(\.key).filter { !$0.isFree } ?? []
        // One that only an environment removes is declared all the same.
        names += (root[path[0]]?.entries?.map(\.key) ?? []).filter { !names.contains($0) && !$0.isFree }
        if path[0] == "environments" { names = environments }
        guard !names.contains(path[1]) else { return }
        let known = names.isEmpty ? "It declares none." : "It has \(names.joined(separator: ", "))."
        throw ReportableError(
            .usage,
            "\(file) has no \(path[1].abridged) under \(path[0])",
            hint: Spelling.suggestion(for: path[1], among: names) ?? known
        )
    }

    /// What holds at the end of a path; with several environments to choose from, what holds in none of them alone.
    func value(at path: [String]) -> KeyExplanation.Value {
        if let environment, let value = value(at: path, in: environment) { return value }
        if let entry = entry(at: path, in: root) {
            let owner = path.first == "environments" && path.count > 2 ? EnvironmentName(path[1]) : nil
            return value(of: entry, owner)
        }
        return KeyExplanation.Value(text: nil, origin: .fallback, environment: nil, location: nil)
    }

    /// What the environments say each for itself, where none was chosen.
    func others(at path: [String]) -> [KeyExplanation.Value] {
        guard environment == nil else { return [] }
        return environments.compactMap { EnvironmentName($0) }.compactMap { value(at: path, in: $0) }
    }

    private func value(at path: [String], in environment: EnvironmentName) -> KeyExplanation.Value? {
        entry(at: ["environments", environment.text] + path, in: root).map { value(of: $0, environment) }
    }

    private func value(of entry: SpecNode.Entry, _ environment: EnvironmentName?) -> KeyExplanation.Value {
        let place = entry.valuePlace
        let text: String? =
            switch entry.value.content {
            case .scalar(let scalar): scalar.text.abridged
            case .null: "null"
            case .list, .map: nil
            }
        return KeyExplanation.Value(
            text: text,
            origin: environment == nil ? .spec : .environment,
            environment: environment,
            location: source?.location(place) ?? SourceLocation(file: file, line: place.line, column: place.column)
        )
    }

    private func entry(at path: [String], in root: SpecNode) -> SpecNode.Entry? {
        guard let last = path.last else { return nil }
        var node: SpecNode? = root
        for key in path.dropLast() { node = node?.item(key) ?? node?[key] }
        if let item = node?.item(last) { return SpecNode.Entry(key: last, keyPlace: item.place, value: item) }
        return node?.entry(last)
    }
}

extension SpecNode {
    /// An item of a list by its number.
    fileprivate func item(_ key: String) -> SpecNode? {
        guard let index = Int(key), let elements, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}
