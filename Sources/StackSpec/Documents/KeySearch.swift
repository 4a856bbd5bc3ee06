/// Finds the rule of a key that a person names: from the top of a spec (`services.api.rollout.maxSurge`), or from a
/// section of the reference (`rollout.maxSurge`).
struct KeySearch {
    /// The spec the person means, with its environment laid over it: it knows of which kind a service is.
    let root: SpecNode?

    /// What was found at the end of a path.
    enum Found {
        case key(KeyRule)
        case table(KeyTable)
        /// One value of a key that has several, such as a variable of `env`.
        case item(of: KeyRule, Shape)
    }

    /// `nil` when there is no such key.
    func find(_ path: [String]) -> Found? {
        guard let first = path.first else { return nil }
        if let found = find(path[...], in: .table(StackKeys.table), root) { return found }
        guard let section = KeyTables.all.first(where: { $0.title == first }) else { return nil }
        return path.count == 1 ? .table(section) : find(path.dropFirst(), in: .table(section), nil)
    }

    /// What was probably meant by a path that leads nowhere.
    func suggestion(for path: [String]) -> String? {
        guard let last = path.last else { return nil }
        if path.count > 1, let found = find(path.dropLast()), let below = tables(below: found).first {
            return below.suggestion(for: last) ?? "Known keys: \(below.rules.map(\.name).joined(separator: ", "))."
        }
        return home(of: last)
            ?? Spelling.suggestion(for: last, among: KeyTables.all.flatMap { [$0.title] + $0.rules.map(\.name) })
    }

    /// A key that was named without its section.
    private func home(of key: String) -> String? {
        let homes = KeyTables.all.filter { $0.knows(key) && $0.title != "stack" }.map { "\($0.title).\(key)" }
        guard homes.count > 1 else { return homes.first.map { "Did you mean \($0)?" } }
        return "Name its section too: \(homes.joined(separator: ", "))."
    }

    /// The tables whose keys stand below what was found.
    func tables(below found: Found) -> [KeyTable] {
        switch found {
        case .table(let table): [table]
        case .key(let rule): Self.tables(of: rule.shape)
        case .item(_, let shape): Self.tables(of: shape)
        }
    }

    private static func tables(of shape: Shape) -> [KeyTable] {
        switch shape {
        case .table(let table): [table]
        case .list(let element), .map(let element, _, _): tables(of: element)
        case .environment: [EnvironmentKeys.table]
        case .either(let left, let right): tables(of: left) + tables(of: right)
        case .kinds(let kinds): kinds
        case .text, .integer, .number, .boolean, .choice: []
        }
    }

    /// What a list or a map holds several of.
    private static func item(of shape: Shape) -> Shape? {
        switch shape {
        case .list(let element), .map(let element, _, _): element
        case .text, .integer, .number, .boolean, .choice, .table, .kinds, .environment, .either: nil
        }
    }

    private func find(_ path: ArraySlice<String>, in shape: Shape, _ node: SpecNode?) -> Found? {
        guard let key = path.first else { return nil }
        switch shape {
        case .table(let table): return find(path, in: table, node)
        case .environment: return find(path, in: EnvironmentKeys.table, node)
        case .list(let element):
            guard let index = Int(key) else { return find(path, in: element, nil) }
            let item = node?.elements.flatMap { $0.indices.contains(index) ? $0[index] : nil }
            let rest = path.dropFirst()
            return rest.isEmpty ? Self.tables(of: element).first.map { .table($0) } : find(rest, in: element, item)
        case .map(let element, _, _):
            let rest = path.dropFirst()
            guard !rest.isEmpty else { return Self.tables(of: element).first.map { .table($0) } }
            return find(rest, in: element, node?[key])
        case .kinds(let tables):
            let kind = node?["kind"].flatMap { if case .scalar(let word) = $0.content { word.text } else { nil } }
            let known = node == nil ? tables : tables.filter { $0.title == kind ?? tables[0].title }
            return known.lazy.compactMap { find(path, in: $0, node) }.first
        case .either(let left, let right): return find(path, in: left, node) ?? find(path, in: right, node)
        case .text, .integer, .number, .boolean, .choice: return nil
        }
    }

    private func find(_ path: ArraySlice<String>, in table: KeyTable, _ node: SpecNode?) -> Found? {
        guard let key = path.first, let rule = table.rules.first(where: { $0.name == key }) else { return nil }
        let rest = path.dropFirst()
        guard !rest.isEmpty else { return .key(rule) }
        if let found = find(rest, in: rule.shape, node?[key]) { return found }
        guard rest.count == 1, let item = Self.item(of: rule.shape), Self.tables(of: item).isEmpty else { return nil }
        return .item(of: rule, item)
    }
}
