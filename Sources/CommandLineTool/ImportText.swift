import Basics
import ComposeImport

/// What a person reads of an import.
struct ImportText {
    let spec: ImportedSpec
    let source: ComposeSource
    /// The stack.yaml.
    let target: String

    var summary: String {
        let services = "\(spec.services) service\(spec.services == 1 ? "" : "s")"
        let leftOut = spec.leftOut.isEmpty ? "nothing left out" : "\(spec.leftOut.count) left out"
        return "\(services), \(leftOut), \(spec.changed.count) changed"
    }

    /// Everything that is to be said, in the form that editors and terminals make links of.
    var findings: String {
        var parts: [String] = []
        for file in source.overrides {
            parts.append(
                "\(file) is not read: import what `docker compose config --no-interpolate` prints to have it in."
            )
        }
        if spec.text.contains("    source: "), source.beside("") != prefix {
            parts.append("Each `source` is written as seen from \(source.path): put the spec beside it.")
        }
        parts += section("Left out", spec.leftOut) + section("Carried over in another way", spec.changed)
        if !spec.variables.isEmpty {
            parts.append("To set (\(spec.variables.count)):\n\(variables)\n\(waysToSet)")
        }
        return parts.joined(separator: "\n\n") + (parts.isEmpty ? "" : "\n")
    }

    var next: String {
        let isUsual = target == "stack.yaml" || target.hasSuffix("/stack.yaml")
        let stack = ShellWord.quoted(isUsual ? folder : target)
        return "Next: read it, then `slipway validate \(stack)` and "
            + "`slipway render \(stack) --target compose --output rendered`."
    }

    private func section(_ title: String, _ diagnostics: [Diagnostic]) -> [String] {
        guard !diagnostics.isEmpty else { return [] }
        let lines = diagnostics.map { each in
            "\(each.location): \(each.message)" + (each.suggestion.map { "\n   help: \($0)" } ?? "")
        }
        return ["\(title) (\(diagnostics.count)):\n" + lines.joined(separator: "\n")]
    }

    private var variables: String {
        let width = spec.variables.map(\.name.count).max() ?? 0
        return spec.variables.map { variable in
            let name = variable.name + String(repeating: " ", count: width - variable.name.count)
            let kind = variable.isSecret ? "a secret" : "a value"
            return "  \(name)  \(kind)" + (variable.location.map { ", which stands in \($0)" } ?? "")
        }.joined(separator: "\n")
    }

    /// Slipway reads `.env` beside the spec; the script of a rendered set reads its environment, and nothing else.
    private var waysToSet: String {
        """
        For `slipway`: in the environment, or as NAME=value in \(dotEnv).
        For a rendered set: `secrets.sh` asks for them again, and reads the environment alone. From \(dotEnv), with values \
        in single quotes: `(set -a; . \(ShellWord.quoted(dotEnv)); rendered/secrets.sh)`.
        """
    }

    /// The folder of the spec with its slash.
    private var prefix: String { target.lastIndex(of: "/").map { String(target[...$0]) } ?? "" }
    private var folder: String { target.lastIndex(of: "/").map { String(target[..<$0]) } ?? "." }
    /// A shell looks for a file without a slash elsewhere.
    private var dotEnv: String { folder == "." ? "./.env" : "\(folder)/.env" }
}
