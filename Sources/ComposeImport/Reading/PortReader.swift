import StackSpec

/// Reads `ports` in both forms, and `expose`.
struct PortReader {
    let scalars: Scalars

    private var report: Report { scalars.report }
    private var signs: SignTable { scalars.signs }

    func read(into draft: Draft) {
        for (index, node) in list(draft.take("ports")).enumerated() {
            let path = "\(draft.path).ports[\(index)]"
            if let port = node.entries == nil ? short(node, path) : long(node, path) { draft.ports.append(port) }
        }
        for (index, node) in list(draft.take("expose")).enumerated() {
            let path = "\(draft.path).expose[\(index)]"
            guard let text = scalars.plain(node, path) else { continue }
            let parts = text.split(separator: "/")
            guard parts.count == 1 || parts.last == "tcp", let port = Self.number(parts.first.map(String.init) ?? "")
            else {
                report.leftOut(path, at: node.place, "an app has one port, of TCP")
                continue
            }
            draft.exposed.append(port)
        }
    }

    private func list(_ entry: SpecNode.Entry?) -> [SpecNode] {
        guard let entry else { return [] }
        return entry.value.elements ?? [entry.value]
    }

    /// `8000`, `8080:80`, `127.0.0.1:8080:80`, `8080:80/tcp`.
    private func short(_ node: SpecNode, _ path: String) -> PublishedPort? {
        guard var text = scalars.text(node, path) else { return nil }
        if let slash = text.lastIndex(of: "/") {
            guard text[slash...] == "/tcp" else {
                return refuse(path, node, "an edge forwards HTTP, no \(text[text.index(after: slash)...].uppercased())")
            }
            text = String(text[..<slash])
        }
        var address = ""
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            address = String(text[...end])
            text = String(text[text.index(after: end)...].drop { $0 == ":" })
        }
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 3, address.isEmpty { address = parts.removeFirst() }
        guard (1...2).contains(parts.count), let container = parts.last else {
            return refuse(path, node, "it is not HOST:CONTAINER")
        }
        return port(parts.count == 2 ? parts[0] : "", address, container, path, node)
    }

    private func long(_ node: SpecNode, _ path: String) -> PublishedPort? {
        scalars.leaveOthers(node, ["target", "published", "host_ip", "protocol", "mode", "name", "app_protocol"], path)
        if let name = node["protocol"].flatMap({ scalars.plain($0, path) }), name != "tcp" {
            return refuse(path, node, "an edge forwards HTTP, no \(name.uppercased())")
        }
        guard let target = node["target"].flatMap({ scalars.text($0, path) }) else {
            return refuse(path, node, "it has no `target`")
        }
        let published = node["published"].flatMap { scalars.text($0, path) } ?? ""
        let address = node["host_ip"].flatMap { scalars.text($0, path) } ?? ""
        return port(published, address.contains(":") ? "[\(address)]" : address, target, path, node)
    }

    private func port(_ host: String, _ address: String, _ container: String, _ path: String, _ node: SpecNode)
        -> PublishedPort?
    {
        if container.contains("-") || host.contains("-") { return refuse(path, node, "a spec has no ranges of ports") }
        guard let inside = signs.plain(container), let inside = Self.number(inside) else {
            return refuse(path, node, "the port inside is not a number")
        }
        let everywhere = ["", "0.0.0.0", "[::]"].contains(address)
        guard !host.isEmpty else {
            return PublishedPort(listen: nil, address: "", host: nil, container: inside, place: node.place)
        }
        guard let outside = signs.plain(host), let outside = Self.number(outside),
            everywhere || signs.plain(address) != nil
        else { return refuse(path, node, "the port outside is not a number, nor a variable with a default") }
        return PublishedPort(
            listen: everywhere ? host : "\(address):\(host)",
            address: everywhere ? "" : address,
            host: outside,
            container: inside,
            place: node.place
        )
    }

    private func refuse(_ path: String, _ node: SpecNode, _ reason: String) -> PublishedPort? {
        report.leftOut(path, at: node.place, reason)
        return nil
    }

    static func number(_ text: String) -> Int? {
        guard let port = Int(text), (1...65535).contains(port), "\(port)" == text else { return nil }
        return port
    }
}
