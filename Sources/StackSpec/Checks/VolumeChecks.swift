import StackModel

/// The volumes of an app have names of their own, and none lies in another.
struct VolumeChecks {
    let service: ServiceName
    let volumes: [AppVolume]
    let root: SpecNode
    let findings: Findings

    func run() {
        let nodes = root["services"]?[service.text]?["volumes"]?.elements ?? []
        guard nodes.count == volumes.count else { return }
        for (index, volume) in volumes.enumerated() {
            if let first = volumes[..<index].firstIndex(where: { $0.name == volume.name }) {
                findings.error(
                    "volume \(volume.name) of \(service) is declared twice, first at line \(nodes[first].place.line)",
                    at: nodes[index].place("name"),
                    help: "Give one of them another name."
                )
            }
            guard let words = volumes[..<index].lazy.compactMap({ overlap($0, volume) }).first else { continue }
            findings.error(words, at: nodes[index].place("path"), help: "Give each volume a directory of its own.")
        }
    }

    private func overlap(_ first: AppVolume, _ second: AppVolume) -> String? {
        if first.path == second.path { return "volumes \(first.name) and \(second.name) are both at \(first.path)" }
        let isInner = MountPath.contains(first.path, second.path)
        guard isInner || MountPath.contains(second.path, first.path) else { return nil }
        let (inner, outer) = isInner ? (second, first) : (first, second)
        return "volume \(inner.name) at \(inner.path) lies in volume \(outer.name) at \(outer.path)"
    }
}
