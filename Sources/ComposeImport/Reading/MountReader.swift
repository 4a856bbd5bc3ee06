import StackSpec

/// Reads `volumes` of a service in both forms.
struct MountReader {
    let scalars: Scalars

    func read(into draft: Draft) {
        guard let entry = draft.take("volumes") else { return }
        for (index, node) in (entry.value.elements ?? [entry.value]).enumerated() {
            let path = "\(draft.path).volumes[\(index)]"
            if let mount = node.entries == nil ? short(node, path) : long(node, path) { draft.mounts.append(mount) }
        }
    }

    /// `data:/srv`, `./site:/srv:ro`, `/srv`.
    private func short(_ node: SpecNode, _ path: String) -> Mount? {
        guard let text = scalars.text(node, path) else { return nil }
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        var options: Set<Substring> = []
        if parts.count > 2, let last = parts.last, !last.hasPrefix("/") {
            options = Set(last.split(separator: ","))
            parts.removeLast()
        }
        guard let target = parts.last, target.hasPrefix("/"), parts.count <= 2 else {
            scalars.report.leftOut(path, at: node.place, "it is not SOURCE:FOLDER")
            return nil
        }
        let source = parts.count == 2 ? parts[0] : ""
        return Mount(
            kind: isFolder(source) ? .folder : .volume,
            source: source,
            target: target,
            isReadOnly: options.contains("ro"),
            place: node.place
        )
    }

    private func long(_ node: SpecNode, _ path: String) -> Mount? {
        let known: Set = ["type", "source", "target", "read_only"]
        scalars.leaveOthers(node, known, path, ["bind": .nothing, "volume": .nothing, "consistency": .nothing])
        let type = node["type"].flatMap { scalars.plain($0, path) } ?? "volume"
        let kinds: [String: Mount.Kind] = ["volume": .volume, "bind": .folder, "tmpfs": .memory]
        guard let kind = kinds[type], let target = node["target"].flatMap({ scalars.text($0, path) }) else {
            scalars.report.leftOut(path, at: node.place, "a spec has no mounts of type \(type)")
            return nil
        }
        return Mount(
            kind: kind,
            source: node["source"].flatMap { scalars.text($0, path) } ?? "",
            target: target,
            isReadOnly: node["read_only"].flatMap(scalars.flag) ?? false,
            place: node.place
        )
    }

    private func isFolder(_ source: String) -> Bool {
        // A variable in this place is a folder of the machine: the names of volumes do not change.
        let plain = scalars.signs.plain(source) ?? "/"
        return [".", "/", "~"].contains { plain.hasPrefix($0) }
    }
}
