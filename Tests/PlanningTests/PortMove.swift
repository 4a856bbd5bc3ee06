import Basics
import Planning
import StackModel
import TestKit

/// A way in which a fixed port gets from one service to another between two releases. A random release is changed by
/// some of them, and a world is asked which of them a plan really has to master.
enum PortMove: String, CaseIterable, Sendable {
    case swap = "swaps of two"
    case ring = "rings of three or more"
    case takeOver = "take-overs from a removed service"
    case edgeTakes = "edges that take an app's port"
    case edgeLeft = "apps that take their edge's port"

    /// Those that stand between a world and a release: replicas run on ports that other services are about to need.
    static func all(from world: SimulatedWorld, to desired: DesiredStack) -> Set<PortMove> {
        var owners: [Int: DesiredService] = [:]
        for service in desired.services where service.service.replicas > 0 {
            if case .fixed(let port) = service.template.port { owners[port] = service }
        }
        var found: Set<PortMove> = []
        var next: [ServiceName: ServiceName] = [:]
        for holder in world.replicas.values where holder.state != .stopped {
            guard let owner = holder.port.flatMap({ owners[$0] }), owner.name != holder.id.service else { continue }
            next[owner.name] = holder.id.service
            found.formUnion(kinds(of: holder, owner, world, desired))
        }
        found.formUnion(next.keys.compactMap { circle(through: $0, next) })
        return found
    }

    private static func kinds(
        of holder: ObservedReplica,
        _ owner: DesiredService,
        _ world: SimulatedWorld,
        _ desired: DesiredStack
    ) -> [PortMove] {
        guard let former = desired.service(holder.id.service) else {
            return [.takeOver] + (world.isEdge(holder.id.service) ? [.edgeLeft] : [])
        }
        if owner.template.kind == "edge", former.template.kind == "app" { return [.edgeTakes] }
        if owner.template.kind == "app", former.template.kind == "edge" { return [.edgeLeft] }
        return []
    }

    /// Whether the ports that services take over lead back to where they began.
    private static func circle(through first: ServiceName, _ next: [ServiceName: ServiceName]) -> PortMove? {
        var (length, name) = (0, first)
        while length <= next.count, let holder = next[name] {
            (length, name) = (length + 1, holder)
            if name == first { return length == 2 ? .swap : .ring }
        }
        return nil
    }
}

extension RandomRelease {
    /// Moves fixed ports about, often in several ways at once. Ports stay unique: each way only hands around the ports
    /// that the stack has, or takes over that of a service which `earlier` had and this release has not.
    mutating func movePorts(since earlier: RandomRelease, using random: inout SplitMix64) {
        for move in PortMove.allCases.shuffled(using: &random) where random.chance(of: move == .ring ? 2 : 3) {
            switch move {
            case .swap: rotate(2, using: &random)
            case .ring: rotate(3, using: &random)
            case .takeOver: takeOver(since: earlier, using: &random)
            case .edgeTakes: moveBehindEdge(using: &random)
            case .edgeLeft: leaveEdge(using: &random)
            }
        }
    }

    /// A port that no service has or had.
    var freePort: Int {
        let taken = Set(parts.map(\.fixedPort))
        return (9000...).first { !taken.contains($0) } ?? 0
    }

    /// Ports go round among some that have one.
    private mutating func rotate(_ count: Int, using random: inout SplitMix64) {
        let chosen = parts.indices.filter { parts[$0].hasFixedPort }.shuffled(using: &random).prefix(count)
        guard chosen.count == count else { return }
        let ports = chosen.map { parts[$0].fixedPort }
        for (position, index) in chosen.enumerated() { parts[index].port = ports[(position + 1) % count] }
    }

    /// A service with a fixed port goes, and a new one takes its port.
    private mutating func takeOver(since earlier: RandomRelease, using random: inout SplitMix64) {
        let before = Set(earlier.parts.map(\.name))
        let old = parts.indices.filter { parts[$0].hasFixedPort && before.contains(parts[$0].name) }
        guard !old.isEmpty, let name = Self.names.first(where: { isFree($0) && !before.contains($0) }) else { return }
        let gone = parts[random.pick(old)]
        remove(gone.name)
        add(name, using: &random)
        parts[parts.count - 1].flavour = random.pick([.fixed, .fixed, .postgres, .edge])
        parts[parts.count - 1].replicas = 1
        parts[parts.count - 1].port = gone.fixedPort
    }

    /// An app with a fixed port gets an edge, new or one that is there, which takes the port over.
    private mutating func moveBehindEdge(using random: inout SplitMix64) {
        let apps = parts.indices.filter { parts[$0].flavour == .fixed }
        guard !apps.isEmpty else { return }
        let app = random.pick(apps)
        let port = parts[app].fixedPort
        let edges = parts.indices.filter { parts[$0].flavour == .edge }
        if let edge = edges.randomElement(using: &random), random.chance(of: 2) {
            let former = parts[edge].fixedPort
            parts[edge].port = port
            parts[edge].routes.append(parts[app].name)
            parts[app].port = former
        } else if let name = Self.names.first(where: isFree) {
            var edge = Part(name: name, flavour: .edge)
            edge.port = port
            edge.routes = [parts[app].name]
            parts[app].port = freePort
            parts.append(edge)
        } else {
            return
        }
        parts[app].flavour = random.pick([.app, .app, .sourced])
        parts[app].replicas = parts[app].randomCount(using: &random)
    }

    /// An app behind an edge takes the edge's port; the edge goes, or moves to a port that becomes free.
    private mutating func leaveEdge(using random: inout SplitMix64) {
        let edges = parts.indices.filter { parts[$0].flavour == .edge }
        guard !edges.isEmpty else { return }
        let edge = parts[random.pick(edges)]
        let apps = parts.indices.filter { parts[$0].flavour == .app || parts[$0].flavour == .sourced }
        guard let app = apps.first(where: { edge.routes.contains(parts[$0].name) }) else { return }
        let (name, former) = (parts[app].name, parts[app].fixedPort)
        parts[app].flavour = .fixed
        parts[app].port = edge.fixedPort
        parts[app].replicas = 1
        if random.chance(of: 2) { return remove(edge.name) }
        for index in parts.indices where parts[index].name == edge.name {
            parts[index].port = former
            if random.chance(of: 2) { parts[index].routes.removeAll { $0 == name } }
        }
    }
}
