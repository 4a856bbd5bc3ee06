import Basics
import StackModel

/// Values of the caller's environment that rendered files show as they are. What an app's `env` and the address of a
/// webhook take from there is asked for again by `secrets.sh`; everything else becomes a part of some file.
enum OpenVariables {
    struct Use: Hashable, Sendable {
        let variable: String
        let place: Place
    }

    /// In the order of the file, each once.
    static func uses(in mentions: Mentions) -> [Use] {
        let uses = mentions.all.compactMap { mention in
            if case .variable(let variable) = mention.what {
                Use(variable: variable, place: mention.place)
            } else {
                nil
            }
        }
        return Set(uses).sorted { ($0.place, $0.variable) < ($1.place, $1.variable) }
    }

    /// The values that stand in rendered files, each with the key that has it.
    static func shown(_ uses: [Use], in root: SpecNode) -> [(path: [String], use: Use)] {
        let leaves = leaves(of: root, []).sorted { $0.place < $1.place }
        var last = 0
        return uses.flatMap { use -> [(path: [String], use: Use)] in
            // A reference stands in the last value that begins before it; one that an anchor repeats has several keys.
            while last + 1 < leaves.count, leaves[last + 1].place <= use.place { last += 1 }
            guard last < leaves.count, leaves[last].place <= use.place else { return [] }
            let same = leaves[...last].reversed().prefix { $0.place == leaves[last].place }
            return same.reversed().filter { !isKeptApart($0.path) }.map { ($0.path, use) }
        }
    }

    private static func isKeptApart(_ path: [String]) -> Bool {
        guard path.count == 4 else { return false }
        return path[0] == "services" && path[2] == "env" || path[0] == "contacts" && path[2...] == ["webhook", "url"]
    }

    /// Every single value, with the keys that lead to it.
    private static func leaves(of node: SpecNode, _ path: [String]) -> [(path: [String], place: Place)] {
        switch node.content {
        case .null: []
        case .scalar: [(path, node.place)]
        case .list(let items): items.enumerated().flatMap { leaves(of: $0.element, path + ["\($0.offset)"]) }
        case .map(let entries): entries.flatMap { leaves(of: $0.value, path + [$0.key]) }
        }
    }
}

extension LoadedSpec {
    /// What files that are made from the stack would show of the caller's environment. A credential is refused: files
    /// are committed and mailed.
    package func shownVariables() -> [Diagnostic] {
        guard let root, !variables.isEmpty else { return [] }
        let source = source
        return OpenVariables.shown(variables, in: root).map { path, use in
            let (key, location) = (path.joined(separator: "."), source.location(use.place))
            guard CredentialName.isLikely(use.variable) else {
                return Diagnostic(
                    .warning,
                    at: location,
                    "\(key): the files hold the value that ${\(use.variable)} has now"
                )
            }
            return Diagnostic(
                .error,
                at: location,
                "\(key) takes the credential ${\(use.variable)}, which the files would show",
                suggestion: "Declare it as a secret of kind given, and refer to that in `env` or in a contact. "
                    + "What is no credential needs a variable of another name."
            )
        }
    }
}
