import Basics
import Yams

/// From the bytes of a spec to its nodes, refusing what is not plain, finite YAML.
enum Composer {
    /// The root of the only document, or `nil` after the reason is in `findings`.
    static func compose(_ spec: SpecText, findings: Findings) -> SpecNode? {
        guard let text = TextGuard.text(of: spec, findings: findings) else { return nil }
        guard var signs = SignSubstitution(hiding: text) else {
            findings.error("the text uses every private-use character from U+E000 to U+E03F", at: .start)
            return nil
        }
        // The YAML library stops at the first key that appears twice and does not say where the second is. Made
        // different, both reach the conversion, which names both places. A large text is not worth the repetition.
        let rounds = min(16, max(1, (1 << 15) / (text.utf8.count + 1)))
        for round in 1...rounds {
            do {
                return try root(of: signs, findings: findings)
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                let place = Place(line: context.mark.line, column: context.mark.column)
                let names = keys.map { signs.restore($0) }
                guard round < rounds, let key = names.first, signs.distinguish(key, at: place) else {
                    DuplicateKey.report(names, first: place, findings: findings)
                    return nil
                }
            } catch {
                SyntaxProblem(error, signs: signs).report(to: findings)
                return nil
            }
        }
        return nil
    }

    private static func root(of signs: SignSubstitution, findings: Findings) throws -> SpecNode? {
        // The parser keeps a pointer into the text, which is stable only for a text that is not stored inline.
        let parser = try Parser(
            yaml: signs.text + "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n",
            resolver: .basic,
            constructor: .default,
            encoding: .utf8
        )
        // Nodes hold their anchors weakly; the parser owns them.
        return try withExtendedLifetime(parser) {
            guard let node = try parser.nextRoot() else { return emptyFile(findings) }
            let conversion = NodeConversion(signs: signs, findings: findings)
            guard let root = conversion.root(node) else { return nil }
            if let second = try parser.nextRoot() {
                let place = Place(line: second.mark?.line ?? 1, column: second.mark?.column ?? 1)
                findings.error(
                    "a second document begins in this file",
                    at: place,
                    help: "Write one stack per file: remove the line `---` and what follows it."
                )
                return nil
            }
            return root
        }
    }

    private static func emptyFile(_ findings: Findings) -> SpecNode? {
        findings.error("the file is empty", at: .start, help: "Run `slipway init` to write a first spec.")
        return nil
    }
}

/// A key that stands twice in one map.
enum DuplicateKey {
    static func report(_ key: String, first: Place, again: Place, findings: Findings) {
        findings.error(
            "key \(key.abridged) appears twice in one map, first at line \(first.line), column \(first.column)",
            at: again,
            help: "Remove one of the two, or put what belongs together under one \(key.abridged)."
        )
    }

    /// Where only the place of the first one is known.
    static func report(_ keys: [String], first: Place, findings: Findings) {
        let names = keys.prefix(8).map(\.abridged).joined(separator: ", ")
        let more = keys.count > 8 ? " and \(keys.count - 8) more" : ""
        findings.error(
            "\(keys.count == 1 ? "key" : "keys") \(names)\(more) in one map more than once, the first is here",
            at: first,
            help: "Keep one of each."
        )
    }
}
