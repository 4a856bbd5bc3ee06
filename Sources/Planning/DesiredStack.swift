import Basics
import StackModel

/// What a release asks of the world, made ready for planning: services in dependency order, each with the digests of
/// its template worked out once, and who routes to whom.
package struct DesiredStack: Sendable {
    /// The release all of this was read from.
    package let release: Release
    /// Services that have a template, each after everything it waits for; otherwise sorted by name.
    package let services: [DesiredService]
    /// Services of the spec without a template: nothing can be run of them. Sorted.
    package let withoutTemplate: [ServiceName]
    /// A service whose `dependsOn` closes a circle; nil when there is none.
    package let circular: ServiceName?
    /// Arcs to dependencies, and from an edge to what it routes to where that closes no circle.
    let graph: ServiceGraph

    private let positions: [ServiceName: Int]
    private let edges: [ServiceName: [ServiceName]]

    /// Reads a release. Never fails: what is wrong with it stands in `withoutTemplate` and `circular`.
    package init(_ release: Release) {
        self.release = release
        let names = release.stack.services.map(\.name)
        let (graph, circular) = Self.graph(of: release.stack)
        let byName = Dictionary(release.stack.services.map { ($0.name, $0) }) { first, _ in first }
        let services = graph.order(of: names).compactMap { name -> DesiredService? in
            guard let service = byName[name], let template = release.contents.templates[name] else { return nil }
            return DesiredService(service, template)
        }
        self.graph = graph
        self.circular = circular
        self.services = services
        self.withoutTemplate = names.filter { release.contents.templates[$0] == nil }
        self.positions = Dictionary(services.enumerated().map { ($1.name, $0) }) { first, _ in first }
        self.edges = Self.edges(of: release.stack)
    }

    /// The service of that name, if the release has one with a template.
    package func service(_ name: ServiceName) -> DesiredService? { positions[name].map { services[$0] } }

    /// The edges that send traffic to a service, sorted. An edge itself is never routed to.
    package func edges(routingTo service: ServiceName) -> [ServiceName] { edges[service] ?? [] }

    /// The services whose `dependsOn` names this one, in dependency order.
    package func dependants(of name: ServiceName) -> [ServiceName] {
        services.filter { $0.service.dependsOn.contains(name) }.map(\.name)
    }

    private static func edges(of stack: Stack) -> [ServiceName: [ServiceName]] {
        var edges: [ServiceName: [ServiceName]] = [:]
        for service in stack.services {
            guard case .edge(let edge) = service.kind else { continue }
            for target in Set(edge.routes.map(\.service)) where !(stack.service(target)?.isEdge ?? true) {
                edges[target, default: []].append(service.name)
            }
        }
        return edges.mapValues { $0.sorted() }
    }

    /// Dependencies come first because they are a must; a route only says what had better be there already.
    private static func graph(of stack: Stack) -> (ServiceGraph, circular: ServiceName?) {
        var graph = ServiceGraph()
        var circular: ServiceName?
        for service in stack.services {
            for dependency in service.dependsOn where stack.service(dependency) != nil {
                if graph.reaches(dependency, service.name) {
                    circular = circular ?? service.name
                } else {
                    graph.connect(service.name, to: dependency)
                }
            }
        }
        let edges = edges(of: stack)
        for target in edges.keys.sorted() {
            for edge in edges[target] ?? [] where !graph.reaches(target, edge) { graph.connect(edge, to: target) }
        }
        return (graph, circular)
    }
}

/// One service of a release with its template and what the template's digests are.
package struct DesiredService: Sendable {
    /// What the spec says of it.
    package let service: Service
    /// What each replica of it is made from.
    package let template: ReplicaTemplate
    /// A replica with another revision has to be replaced.
    package let revision: Digest
    /// A replica with this revision but another configuration has to be reconfigured.
    package let configuration: Digest

    init(_ service: Service, _ template: ReplicaTemplate) {
        self.service = service
        self.template = template
        self.revision = template.revision
        self.configuration = template.configuration
    }

    package var name: ServiceName { service.name }

    /// Whether there is a data directory that only one replica may use at a time.
    package var keepsData: Bool { service.keepsData || template.volume.map { $0.shared == nil } ?? false }

    /// Whether there has to be a data directory before a replica starts.
    var needsVolume: Bool { service.keepsData || template.volume != nil }

    /// Whether taking its files up anew is all that a restart has to do: an edge then gets new processes beside the
    /// old ones, while replacing it would close its port.
    package var restartsInPlace: Bool { template.reload == .edge }
}

extension Service {
    /// Whether requests come in through it.
    var isEdge: Bool { if case .edge = kind { true } else { false } }
}
