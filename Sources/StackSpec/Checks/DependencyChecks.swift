import StackModel

/// No service may wait for itself, not even in a roundabout way.
struct DependencyChecks {
    let stack: Stack
    let root: SpecNode
    let findings: Findings

    func run() {
        var reported: Set<ServiceName> = []
        for service in stack.services where !reported.contains(service.name) {
            guard let cycle = cycle(from: service.name) else { continue }
            reported.formUnion(cycle)
            let names = (cycle + [service.name]).map(\.text).joined(separator: " -> ")
            findings.error(
                "services wait for each other in a circle: \(names)",
                at: root.place("services", service.name.text, "dependsOn"),
                help: "Remove one of these from its dependsOn."
            )
        }
        for service in stack.services where Set(service.dependsOn).count < service.dependsOn.count {
            findings.warning(
                "dependsOn names a service twice",
                at: root.place("services", service.name.text, "dependsOn")
            )
        }
    }

    /// A shortest way from a service back to itself, breadth first; without the last step.
    private func cycle(from start: ServiceName) -> [ServiceName]? {
        var ways: [[ServiceName]] = [[start]]
        var seen: Set<ServiceName> = []
        while !ways.isEmpty {
            let way = ways.removeFirst()
            guard let last = way.last, let service = stack.service(last) else { continue }
            for next in service.dependsOn {
                if next == start { return way }
                if seen.insert(next).inserted { ways.append(way + [next]) }
            }
        }
        return nil
    }
}
