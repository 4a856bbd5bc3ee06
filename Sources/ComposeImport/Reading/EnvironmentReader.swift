import Basics
import StackSpec

/// Reads `environment` in both forms, over the files of `env_file`.
struct EnvironmentReader {
    let scalars: Scalars
    let files: [String: SpecText]

    private var report: Report { scalars.report }

    func read(into draft: Draft) {
        let files = EnvironmentFiles.named(in: draft.node, scalars.signs)
        if let entry = draft.take("env_file"), files.count < (entry.value.elements?.count ?? 1) {
            report.leftOut(
                "\(draft.path).env_file",
                at: entry.keyPlace,
                "it does not name a file, or only by a variable"
            )
        }
        for file in files {
            for variable in read(file, of: draft) { draft.set(variable) }
        }
        for variable in own(draft) { draft.set(variable) }
    }

    private func own(_ draft: Draft) -> [Variable] {
        guard let entry = draft.take("environment") else { return [] }
        let path = "\(draft.path).environment"
        if let entries = entry.value.entries {
            return entries.compactMap { item -> Variable? in
                let name = "\(path).\(item.key)"
                guard isVariable(item.key, name, at: item.keyPlace) else { return nil }
                let place = item.valuePlace
                if item.value.isNull { return Variable(key: item.key, text: nil, location: report.location(place)) }
                guard let text = scalars.text(item.value, name, at: place) else { return nil }
                warnOfNumber(item.value, name)
                return Variable(key: item.key, text: text, location: report.location(place))
            }
        }
        return (entry.value.elements ?? [entry.value]).enumerated().compactMap { index, node -> Variable? in
            guard case .scalar(let scalar) = node.content else {
                report.error("\(path)[\(index)] must be NAME=value, not \(node.word)", at: node.place)
                return nil
            }
            // The name is cut off first: of a value that cannot be read, it is what is said.
            let parts = scalar.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let key = String(parts[0])
            guard isVariable(key, "\(path)[\(index)]", at: node.place) else { return nil }
            guard parts.count == 2 else {
                return Variable(key: key, text: nil, location: report.location(node.place))
            }
            guard let text = scalars.text(String(parts[1]), "\(path).\(key)", at: node.place) else { return nil }
            return Variable(key: key, text: text, location: report.location(node.place))
        }
    }

    private func isVariable(_ name: String, _ path: String, at place: Place) -> Bool {
        // What begins with `x-` is a note in a spec.
        let isGood = name.isEnvironmentName && !name.hasPrefix("x-")
        if !isGood {
            // What follows the beginning of a name may be a value.
            let shown = name.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            let help = "Names are made of letters, digits, underscores, dots and dashes, and none begins with `x-`."
            report.leftOut(
                path,
                at: place,
                "\(shown.isEmpty ? "it" : "\(shown)...") is no name of a variable",
                help: help
            )
        }
        return isGood
    }

    /// `0777` and `1_000` are other numbers to Compose than they look.
    private func warnOfNumber(_ node: SpecNode, _ path: String) {
        guard case .scalar(let scalar) = node.content, !scalar.isQuoted, let first = scalar.text.utf8.first,
            first == 48, scalar.text.utf8.count > 1, scalar.text.utf8.allSatisfy({ (48...57).contains($0) })
        else { return }
        report.changed(
            path,
            at: node.place,
            "carried over as the text \(scalar.text), which Compose reads as an octal number"
        )
    }

    private func read(_ file: EnvironmentFiles.Named, of draft: Draft) -> [Variable] {
        guard let text = files[file.path] else {
            if file.isRequired {
                report.leftOut(
                    "\(draft.path).env_file",
                    at: file.place,
                    "\(file.path) could not be read",
                    help: "Write what it sets into `env`, credentials as secrets."
                )
            }
            return []
        }
        let found = DotEnv.read(text.string, file: text.file)
        for problem in found.diagnostics where problem.severity == .error {
            report.leftOut("\(draft.path).env", at: problem.location, problem.message, help: problem.suggestion)
        }
        let inOrder = found.variables.map { (line: found.lines[$0.key] ?? 1, key: $0.key, value: $0.value) }
        return inOrder.sorted { $0.line < $1.line }.compactMap { line, key, value -> Variable? in
            let location = SourceLocation(file: text.file, line: line, column: 1)
            let isLiteral = found.literals.contains(key)
            guard let value = isLiteral ? scalars.signs.literal(value) : try? scalars.signs.read(value) else {
                report.leftOut(
                    "\(draft.path).env.\(key)",
                    at: location,
                    "its value has references that a spec cannot say"
                )
                return nil
            }
            return Variable(key: key, text: value, location: location)
        }
    }
}

/// The files that a service's `env_file` names.
enum EnvironmentFiles {
    struct Named {
        let path: String
        let isRequired: Bool
        let place: Place
    }

    static func named(in service: SpecNode, _ signs: SignTable) -> [Named] {
        guard let node = service["env_file"] else { return [] }
        return (node.elements ?? [node]).compactMap { item in
            let path = item["path"] ?? item
            guard case .scalar(let scalar) = path.content, let text = try? signs.read(scalar.text),
                let plain = signs.plain(text), !plain.isEmpty
            else { return nil }
            var isRequired = true
            if case .scalar(let required)? = item["required"]?.content { isRequired = required.text != "false" }
            return Named(path: plain, isRequired: isRequired, place: path.place)
        }
    }
}

extension SpecText {
    var string: String { String(decoding: bytes, as: UTF8.self) }
}
