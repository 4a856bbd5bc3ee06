import StackModel

/// Who waits for whom among services: an arc from a service to each one that has to be there before it.
struct ServiceGraph: Sendable {
    private var arcs: [ServiceName: [ServiceName]] = [:]

    /// Adds an arc; adding it twice is the same as adding it once.
    mutating func connect(_ from: ServiceName, to: ServiceName) {
        guard arcs[from]?.contains(to) != true else { return }
        arcs[from, default: []].append(to)
    }

    /// The services that an arc leads to, in the order in which they were connected.
    func targets(of service: ServiceName) -> [ServiceName] { arcs[service] ?? [] }

    /// Whether arcs lead from one service to the other. Every service reaches itself.
    func reaches(_ from: ServiceName, _ to: ServiceName) -> Bool {
        var seen: Set<ServiceName> = [from]
        var open = [from]
        while let next = open.popLast() {
            if next == to { return true }
            for target in targets(of: next) where seen.insert(target).inserted { open.append(target) }
        }
        return false
    }

    /// The services with each one after everything it has an arc to, as close to the given order as that allows.
    /// - Precondition: no cycle among the arcs; `DesiredStack` never adds an arc that closes one.
    func order(of services: [ServiceName]) -> [ServiceName] {
        let known = Set(services)
        var done: Set<ServiceName> = []
        var order: [ServiceName] = []
        for service in services where !done.contains(service) {
            var path = [(service, 0)]
            while let (current, index) = path.last {
                let targets = targets(of: current)
                guard index < targets.count else {
                    path.removeLast()
                    if done.insert(current).inserted { order.append(current) }
                    continue
                }
                path[path.count - 1].1 += 1
                let target = targets[index]
                if known.contains(target), !done.contains(target) { path.append((target, 0)) }
            }
        }
        return order
    }
}
