import Basics
import Yams

/// From the YAML library's nodes to ours: aliases and merges resolved with a count, keys made text, tags refused.
final class NodeConversion {
    private struct Refused: Error {}

    private struct Anchored {
        let node: SpecNode
        let size: Int
        let height: Int
    }

    private let signs: SignSubstitution
    private let findings: Findings
    private var anchors: [String: Anchored] = [:]
    private var anchorCount = 0
    private var nodeCount = 0
    private var deepest = 0

    init(signs: SignSubstitution, findings: Findings) {
        self.signs = signs
        self.findings = findings
    }

    /// `nil` when a limit was passed; smaller mistakes are reported and something stands in for them.
    func root(_ node: Node) -> SpecNode? {
        try? convert(node, depth: 1)
    }

    static func reportDepth(at place: Place, findings: Findings) {
        findings.error(
            "maps and lists are nested more than \(SpecLimits.maxDepth) deep",
            at: place,
            help: "Six levels are plenty: look for a bracket that is opened again and again."
        )
    }

    private func convert(_ node: Node, depth: Int) throws -> SpecNode {
        let place = Place(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        if case .scalar(let scalar) = node, scalar.style == .plain, signs.isAlias(scalar.string) {
            return try alias(signs.restore(scalar.string), at: place, depth: depth)
        }
        try reach(depth, at: place)
        let (before, above) = (nodeCount, deepest)
        deepest = depth
        try count(1, at: place)
        checkTag(writtenTag(node), at: place)
        let converted = SpecNode(content: try content(of: node, depth: depth), place: place)
        if let anchor = node.anchor {
            let size = nodeCount - before
            try anchorSeen(at: place)
            anchors[signs.restore(anchor.rawValue)] = Anchored(node: converted, size: size, height: deepest - depth)
        }
        deepest = max(above, deepest)
        return converted
    }

    private func content(of node: Node, depth: Int) throws -> SpecNode.Content {
        switch node {
        case .scalar(let scalar):
            let isQuoted = scalar.style != .plain || scalar.tag.rawValue == Tag.Name.str.rawValue
            let text = text(of: scalar, at: Place(line: scalar.mark?.line ?? 1, column: scalar.mark?.column ?? 1))
            return !isQuoted && Self.nulls.contains(text) ? .null : .scalar(.init(text: text, isQuoted: isQuoted))
        case .sequence(let sequence):
            return .list(try sequence.map { try convert($0, depth: depth + 1) })
        case .mapping(let mapping):
            return .map(try entries(of: mapping, depth: depth))
        case .alias:
            return .null
        }
    }

    /// In double quotes a text can hold every character, and one that no file, argument or variable can.
    private func text(of scalar: Node.Scalar, at place: Place) -> String {
        let text = signs.restore(scalar.string)
        if text.utf8.contains(0) {
            findings.error("the character NUL is in a text", at: place, help: TextGuard.withoutNul)
        }
        return text
    }

    private static let nulls: Set<String> = ["", "~", "null", "Null", "NULL"]

    private func entries(of mapping: Node.Mapping, depth: Int) throws -> [SpecNode.Entry] {
        var entries: [SpecNode.Entry] = []
        var merged: [SpecNode.Entry] = []
        var places: [String: Place] = [:]
        for (key, value) in mapping {
            let place = Place(line: key.mark?.line ?? 1, column: key.mark?.column ?? 1)
            try count(1, at: place)
            let converted = try convert(value, depth: depth + 1)
            guard let name = keyText(key, at: place) else { continue }
            if let first = places[name] {
                DuplicateKey.report(name, first: first, again: place, findings: findings)
            } else if name == "<<", key.scalar?.style == .plain {
                merged += mergeEntries(converted, at: place)
            } else {
                entries.append(SpecNode.Entry(key: name, keyPlace: place, value: converted))
            }
            places[name] = places[name] ?? place
        }
        for entry in merged where !entries.contains(where: { $0.key == entry.key }) { entries.append(entry) }
        return entries
    }

    private func keyText(_ key: Node, at place: Place) -> String? {
        guard case .scalar(let scalar) = key, !(scalar.style == .plain && signs.isAlias(scalar.string)) else {
            findings.error("a key must be a word, not a list, a map or an alias", at: place)
            return nil
        }
        checkTag(scalar.tag, at: place)
        let text = text(of: scalar, at: place)
        if text.isEmpty {
            findings.error("a key is missing before the colon", at: place)
            return nil
        }
        return text
    }

    private func mergeEntries(_ value: SpecNode, at place: Place) -> [SpecNode.Entry] {
        let maps = value.elements ?? [value]
        let entries = maps.compactMap(\.entries)
        if entries.count != maps.count {
            findings.error("`<<` merges a map, not \(value.word)", at: place, help: "Write `<<: *name`.")
        }
        return entries.flatMap { $0 }
    }

    private func alias(_ text: String, at place: Place, depth: Int) throws -> SpecNode {
        let name = String(text.dropFirst())
        let isName = !name.isEmpty && name.utf8.allSatisfy { Self.isAnchorByte($0) }
        guard let anchored = anchors[name] else {
            let quoted = "Put it in quotes: \"\(text.abridged)\"."
            if isName {
                let help = Spelling.suggestion(for: name, among: anchors.keys.sorted(), format: { "*\($0)" })
                findings.error("alias \(text.abridged) has no anchor above it", at: place, help: help ?? quoted)
            } else {
                findings.error("a value that begins with * must be quoted", at: place, help: quoted)
            }
            try count(1, at: place)
            return SpecNode(content: .scalar(.init(text: text, isQuoted: true)), place: place)
        }
        try count(anchored.size, at: place)
        try reach(depth + anchored.height, at: place)
        deepest = max(deepest, depth + anchored.height)
        return anchored.node
    }

    private static func isAnchorByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Not `Node.tag`, which turns an implicit tag into one that looks written.
    private func writtenTag(_ node: Node) -> Tag {
        switch node {
        case .scalar(let scalar): scalar.tag
        case .sequence(let sequence): sequence.tag
        case .mapping(let mapping): mapping.tag
        case .alias(let alias): alias.tag
        }
    }

    private func checkTag(_ tag: Tag, at place: Place) {
        let harmless: [Tag.Name] = [.implicit, .str, .seq, .map, .nonSpecific]
        guard !harmless.contains(where: { $0.rawValue == tag.rawValue }) else { return }
        findings.error(
            "tag \(signs.restore(tag.rawValue).abridged) is not allowed",
            at: place,
            help: "Remove the tag: only plain values are read."
        )
    }

    private func anchorSeen(at place: Place) throws {
        anchorCount += 1
        guard anchorCount > SpecLimits.maxAnchors else { return }
        findings.error("the \(findings.subject.rawValue) has more than \(SpecLimits.maxAnchors) anchors", at: place)
        throw Refused()
    }

    private func reach(_ depth: Int, at place: Place) throws {
        guard depth > SpecLimits.maxDepth else { return }
        Self.reportDepth(at: place, findings: findings)
        throw Refused()
    }

    private func count(_ nodes: Int, at place: Place) throws {
        nodeCount += nodes
        guard nodeCount > SpecLimits.maxExpandedNodes else { return }
        TextGuard.reportTooManyNodes(at: place, findings: findings)
        throw Refused()
    }
}
