import Basics
import StackModel

/// Which environment of a spec is meant, and the spec with that environment laid over it.
struct EnvironmentChoice {
    let root: SpecNode

    private var environments: [SpecNode.Entry] { root["environments"]?.entries?.filter { !$0.key.isFree } ?? [] }

    /// As written, in the order of the file. A spec without environments has one, `local`.
    var names: [String] {
        environments.isEmpty ? ["local"] : environments.map(\.key)
    }

    /// The environment asked for, or the only one; `nil` after the reason is in `findings`.
    func name(asked: EnvironmentName?, findings: Findings) -> EnvironmentName? {
        let place = root.entry("environments")?.keyPlace ?? .start
        guard let asked else {
            guard names.count == 1 else {
                findings.error(
                    "the spec has the environments \(names.joined(separator: ", ")), and none was chosen",
                    at: place,
                    help: "Choose one, as in `--env \(names[0])`."
                )
                return nil
            }
            // A bad name is reported where it is read; until then it has to be called something.
            return EnvironmentName(names[0]) ?? "local"
        }
        guard names.contains(asked.text) else {
            findings.error(
                "the spec has no environment \(asked)",
                at: place,
                help: Spelling.suggestion(for: asked.text, among: names, format: { "`--env \($0)`" })
                    ?? "It has \(names.joined(separator: ", "))."
            )
            return nil
        }
        return asked
    }

    /// The spec with the environment's entries laid over it: maps are merged, everything else is replaced, and `null`
    /// removes. Every value keeps the place where it was written. What only environments have (`engine`, `namespace`)
    /// stays in the environment.
    func merged(for name: EnvironmentName, findings: Findings) -> SpecNode {
        guard let overlay = environments.first(where: { $0.key == name.text })?.value.entries else { return root }
        let own = Set(EnvironmentKeys.own.map(\.name))
        let changes = overlay.filter { !own.contains($0.key) && EnvironmentKeys.table.knows($0.key) }
        return Self.overlay(SpecNode(content: .map(changes), place: root.place), on: root)
    }

    private static func overlay(_ change: SpecNode, on base: SpecNode) -> SpecNode {
        guard let changes = change.entries, var entries = base.entries else { return change }
        for entry in changes {
            let index = entries.firstIndex { $0.key == entry.key }
            switch (index, entry.value.isNull) {
            case (let index?, true): entries.remove(at: index)
            case (let index?, false): entries[index].value = overlay(entry.value, on: entries[index].value)
            case (nil, true): break
            case (nil, false): entries.append(withoutNulls(entry))
            }
        }
        return SpecNode(content: .map(entries), place: base.place)
    }

    private static func withoutNulls(_ entry: SpecNode.Entry) -> SpecNode.Entry {
        guard entry.value.entries != nil else { return entry }
        let empty = SpecNode(content: .map([]), place: entry.value.place)
        var entry = entry
        entry.value = overlay(entry.value, on: empty)
        return entry
    }
}

extension String {
    /// Keys that begin with `x-` belong to the person: nobody reads them.
    var isFree: Bool { hasPrefix("x-") }
}
