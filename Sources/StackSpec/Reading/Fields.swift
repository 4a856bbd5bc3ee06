import Basics

/// The keys of one map, read by their table. Unknown keys are reported when it is made.
struct Fields {
    let table: KeyTable
    let label: String
    /// Where a missing key is reported.
    let place: Place
    let reading: Reading
    private let entries: [SpecNode.Entry]
    private let errorsBefore: Int

    /// `nil` after it is reported that the node is not a map.
    init?(_ node: SpecNode, table: KeyTable, label: String, place: Place, reading: Reading) {
        guard let entries = node.entries else {
            let what = node.isNull ? "has no value; it takes a map" : "must be a map, not \(node.word)"
            let example = table.rules.first { $0.isRequired } ?? table.rules[0]
            reading.findings.error(
                "\(label) \(what)",
                at: node.isNull ? place : node.place,
                help: "Write its keys below it, as in `\(example.name): ...`."
            )
            return nil
        }
        self.table = table
        self.label = label
        self.place = place
        self.reading = reading
        self.entries = entries
        self.errorsBefore = reading.findings.errorCount
        reportUnknownKeys()
    }

    var findings: Findings { reading.findings }

    /// Nothing in this map was refused so far: what is missing is missing, not misspelt.
    var isClean: Bool { findings.errorCount == errorsBefore }

    /// A single value as the person wrote it.
    func written<Value>(_ key: Key<Value>) -> String {
        guard case .scalar(let scalar) = entries.first(where: { $0.key == key.name })?.value.content else { return "" }
        return scalar.text.abridged
    }

    func has<Value>(_ key: Key<Value>) -> Bool { entries.contains { $0.key == key.name } }

    /// The place of a key's value, or of the map when the key is not written.
    func place<Value>(of key: Key<Value>) -> Place {
        entries.first { $0.key == key.name }?.valuePlace ?? place
    }

    /// The value of a key; `nil` when it is not written or after the reason is reported.
    subscript<Value>(_ key: Key<Value>) -> Value? {
        assert(table.knows(key.name), "\(key.name) is not in the table \(table.title)")
        guard let entry = entries.first(where: { $0.key == key.name }) else {
            if key.rule.isRequired {
                findings.error("\(label) needs the key \(key.name)", at: place, help: key.rule.meaning)
            }
            return nil
        }
        guard !entry.value.isNull else {
            findings.error(
                "\(key.name) has no value",
                at: entry.keyPlace,
                help: "Write a value after the colon, or remove the key."
            )
            return nil
        }
        return key.type.read(SpecNode(content: entry.value.content, place: entry.valuePlace), key.name, reading)
    }

    /// Puts the value of a key in place of the default, when the key is written.
    func fill<Value>(_ target: inout Value, _ key: Key<Value>) {
        if let value = self[key] { target = value }
    }

    /// Puts the value of a key in place of the default, when the key is written.
    func fill<Value>(_ target: inout Value?, _ key: Key<Value>) {
        if let value = self[key] { target = value }
    }

    private func reportUnknownKeys() {
        for entry in entries where !table.knows(entry.key) && !entry.key.isFree {
            findings.error(
                "unknown key \(entry.key.abridged) in \(label)",
                at: entry.keyPlace,
                help: table.suggestion(for: entry.key) ?? KeyTables.home(of: entry.key)
                    ?? "Known keys: \(table.rules.map(\.name).joined(separator: ", "))."
            )
        }
    }
}
