import StackSpec

/// Reads single values and lists of a Compose file. What cannot be read is said, and left out.
struct Scalars {
    let signs: SignTable
    let report: Report

    /// The text of a value, with its variables as signs; nil after the reason was said.
    func text(_ node: SpecNode, _ path: String, at place: Place? = nil) -> String? {
        guard case .scalar(let scalar) = node.content else {
            report.error("\(path) must be a single value, not \(node.word)", at: place ?? node.place)
            return nil
        }
        return text(scalar.text, path, at: place ?? node.place)
    }

    func text(_ raw: String, _ path: String, at place: Place) -> String? {
        do throws(SignTable.Refusal) {
            return try signs.read(raw)
        } catch {
            if error.isMistake {
                report.error("\(path) cannot be read: \(error.reason)", at: place)
            } else {
                report.leftOut(path, at: place, error.reason)
            }
            return nil
        }
    }

    /// The text as it is when no variable is set; what depends on one without a default is left out.
    func plain(_ node: SpecNode, _ path: String, at place: Place? = nil) -> String? {
        guard let text = text(node, path, at: place) else { return nil }
        guard let plain = signs.plain(text) else {
            report.leftOut(path, at: place ?? node.place, "its value comes from a variable that has no default")
            return nil
        }
        if signs.hasReference(text) {
            let names = signs.variables(in: text).map { "${\($0.name)}" }.joined(separator: " and ")
            report.changed(path, at: place ?? node.place, "fixed at \(plain), the default of \(names)")
        }
        return plain
    }

    /// The items of a list, or the only value.
    func texts(_ node: SpecNode, _ path: String) -> [(text: String, place: Place)] {
        let nodes = node.elements ?? [node]
        return nodes.compactMap { item in text(item, path).map { ($0, item.place) } }
    }

    func flag(_ node: SpecNode) -> Bool? {
        guard case .scalar(let scalar) = node.content else { return nil }
        switch scalar.text.lowercased() {
        case "true", "yes", "on", "y": return true
        case "false", "no", "off", "n": return false
        default: return nil
        }
    }

    /// Says every key of a map but these.
    func leaveOthers(_ node: SpecNode, _ known: Set<String>, _ path: String, _ reasons: [String: LeftOutReason] = [:]) {
        for entry in node.entries ?? [] where !known.contains(entry.key) && !entry.key.hasPrefix("x-") {
            let reason = reasons[entry.key]
            report.leftOut(
                "\(path).\(entry.key)",
                at: entry.keyPlace,
                reason?.why ?? "a spec has nothing like it",
                help: reason?.instead
            )
        }
    }
}
