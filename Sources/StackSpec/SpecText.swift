import Basics
import StackModel

/// A spec file as it was read from disk, not yet looked into.
package struct SpecText: Sendable {
    /// The path as the person typed it; it stands in every diagnostic.
    package let file: String
    package let bytes: [UInt8]

    package init(file: String, bytes: [UInt8]) {
        self.file = file
        self.bytes = bytes
    }
}

/// What came of loading a spec: the stack, or the reasons why there is none.
package struct LoadedSpec: Sendable {
    /// `nil` exactly when at least one diagnostic is an error.
    package let stack: Stack?
    /// The stack also where nothing but strictness refuses it, for those who look for more of that: everything is
    /// reported at once.
    package let judged: Stack?
    /// Errors and warnings in the order of the file.
    package let diagnostics: [Diagnostic]
    /// The spec with its environment laid over it; `nil` when it could not be parsed.
    let root: SpecNode?
    let text: SpecText
    package let isStrict: Bool
    /// The variables of the caller's environment whose values were put in, and where.
    let variables: [OpenVariables.Use]

    /// What some target cannot express, at the place where a person wrote it; `nil` for what nobody wrote: defaults
    /// are not the person's. What has no remedy is a note, strictly as well. No line is quoted: there are many of them,
    /// and the place says enough.
    package func unexpressed(_ path: [String], _ meaning: String, remedy: String?) -> Diagnostic? {
        guard let place = root?.written(path) else { return nil }
        let message = "\(path.joined(separator: ".")): \(meaning)"
        let severity: Diagnostic.Severity = remedy == nil ? .note : isStrict ? .error : .warning
        return Diagnostic(severity, at: source.location(place), message, suggestion: remedy)
    }

    /// Strictly, sections that no part of Slipway acts on yet are errors as well, but for those that something was said of:
    /// where files are all that comes of an environment, they are among what the files leave out.
    package func refusingDormantKeys() -> LoadedSpec {
        guard isStrict, let judged else { return self }
        let said = Set(diagnostics.map { $0.message.prefix { $0 != ":" } })
        return adding(
            DormantKeys.paths(in: judged).filter { !said.contains($0.joined(separator: ".")[...]) }.compactMap {
                unexpressed($0, "it is checked, and not acted on yet", remedy: "Remove it, or leave `--strict` away.")
            }
        )
    }

    /// With more to be said of it. One error is enough to leave no stack.
    package func adding(_ more: [Diagnostic]) -> LoadedSpec {
        guard !more.isEmpty else { return self }
        return LoadedSpec(
            stack: more.contains { $0.severity == .error } ? nil : stack,
            judged: judged,
            diagnostics: (diagnostics + more).sorted { $0.location < $1.location },
            root: root,
            text: text,
            isStrict: isStrict,
            variables: variables
        )
    }

    var source: SourceText { SourceText(file: text.file, text: String(decoding: text.bytes, as: UTF8.self)) }
}

extension SpecNode {
    /// The item of a list that has this name, as a backup policy has one.
    private func item(named name: String) -> SpecNode? {
        elements?.first { if case .scalar(let scalar)? = $0["name"]?.content { scalar.text == name } else { false } }
    }

    /// Where the value at the end of the path is written; `nil` when nobody wrote one.
    fileprivate func written(_ path: [String]) -> Place? {
        guard let last = path.last else { return nil }
        var node: SpecNode? = self
        for key in path.dropLast() { node = node?.item(named: key) ?? node?[key] }
        guard let entry = node?.entry(last), !entry.value.isNull else { return nil }
        return entry.valuePlace
    }
}

/// How large a spec may be. Far beyond any honest spec, and small enough that a hostile one costs next to nothing.
package enum SpecLimits {
    /// Size of the file.
    package static let bytes = ByteCount(bytes: 1 << 20)
    package static var maxBytes: Int { bytes.bytes }
    /// Maps and lists inside each other.
    package static let maxDepth = 64
    /// Keys and values once every alias stands for what it repeats.
    package static let maxExpandedNodes = 10_000
    package static let maxAnchors = 64
}
