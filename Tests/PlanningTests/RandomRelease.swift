import Basics
import StackModel
import TestKit

/// A small stack made by chance, that can be changed by chance and turned into a release.
struct RandomRelease {
    struct Part {
        var name: ServiceName
        var flavour: Flavour
        var version = 1
        var setting = 1
        var replicas = 1
        var rollout = Rollout()
        var dependsOn: [ServiceName] = []
        var routes: [ServiceName] = []
        /// For flavours with a fixed port: another one than the name gives.
        var port: Int?
    }

    enum Flavour: CaseIterable {
        case app, sourced, sharing, fixed, redis, postgres, edge
    }

    var number = 1
    var parts: [Part] = []

    static let names: [ServiceName] = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]

    init(parts: [Part]) { self.parts = parts }

    init(using random: inout SplitMix64) {
        let count = Int.random(in: 1...6, using: &random)
        for name in Self.names.shuffled(using: &random).prefix(count) { add(name, using: &random) }
        if random.chance(of: 2) { fixPorts(using: &random) }
        reroute(using: &random)
    }

    /// The next release: other versions, settings, numbers, rollouts, services and routes.
    func changed(using random: inout SplitMix64) -> RandomRelease {
        var next = self
        next.number += 1
        for index in next.parts.indices {
            if random.chance(2, of: 3) { next.parts[index].version += 1 }
            if random.chance(of: 3) { next.parts[index].setting += 1 }
            if random.chance(of: 3) { next.parts[index].replicas = next.parts[index].randomCount(using: &random) }
            if random.chance(of: 5) { next.parts[index].rollout = Self.rollout(using: &random) }
        }
        if random.chance(of: 4), next.parts.count > 1 { next.remove(random.pick(next.parts).name) }
        if random.chance(2, of: 3) { next.movePorts(since: self, using: &random) }
        if random.chance(of: 4), let name = Self.names.first(where: next.isFree) {
            next.add(name, using: &random)
        }
        if random.chance(of: 6) { next.turnDependencies(using: &random) }
        if random.chance(of: 3) { next.reroute(using: &random) } else { next.dropDeadRoutes() }
        return next
    }

    /// Makes it a stack in which ports matter.
    private mutating func fixPorts(using random: inout SplitMix64) {
        while parts.count < 4, let name = Self.names.first(where: isFree) { add(name, using: &random) }
        for index in parts.indices where random.chance(3, of: 4) {
            parts[index].flavour = random.pick([.fixed, .fixed, .fixed, .edge, .postgres])
            parts[index].replicas = parts[index].randomCount(using: &random)
        }
    }

    func isFree(_ name: ServiceName) -> Bool { !parts.contains { $0.name == name } }

    /// Takes a service out, and with it the need for it.
    mutating func remove(_ name: ServiceName) {
        parts.removeAll { $0.name == name }
        for index in parts.indices { parts[index].dependsOn.removeAll { $0 == name } }
    }

    /// Who needs whom is settled anew, often the other way round.
    private mutating func turnDependencies(using random: inout SplitMix64) {
        parts.shuffle(using: &random)
        for index in parts.indices {
            parts[index].dependsOn = parts[..<index].map(\.name).filter { _ in random.chance(of: 3) }
        }
    }

    /// A service made by chance, that may need any of those before it.
    mutating func add(_ name: ServiceName, using random: inout SplitMix64) {
        var part = Part(name: name, flavour: random.pick([.app, .app, .sourced] + Flavour.allCases))
        part.rollout = Self.rollout(using: &random)
        part.replicas = part.randomCount(using: &random)
        part.dependsOn = parts.map(\.name).filter { _ in random.chance(of: 3) }
        if parts.contains(where: { $0.fixedPort == part.fixedPort }) { part.port = freePort }
        parts.append(part)
    }

    private mutating func reroute(using random: inout SplitMix64) {
        let targets = parts.filter(\.canBeRouted).map(\.name)
        for index in parts.indices where parts[index].flavour == .edge {
            parts[index].routes = targets.filter { _ in random.chance(2, of: 3) }
        }
    }

    private mutating func dropDeadRoutes() {
        let targets = Set(parts.filter(\.canBeRouted).map(\.name))
        for index in parts.indices { parts[index].routes.removeAll { !targets.contains($0) } }
    }

    private static func rollout(using random: inout SplitMix64) -> Rollout {
        func bound(_ random: inout SplitMix64) -> ReplicaBound {
            random.chance(of: 2)
                ? .count(Int.random(in: 0...3, using: &random))
                : .share(Percent(thousandths: 1000 * Int.random(in: 0...100, using: &random)))
        }
        return Rollout(
            strategy: random.pick([.rolling, .rolling, .rolling, .recreate, .blueGreen]),
            maxSurge: bound(&random),
            maxUnavailable: bound(&random)
        )
    }

    var release: Release {
        let stack = Stack(
            name: "shop",
            environment: "local",
            engine: .process,
            services: parts.map(\.service)
        )
        let templates = Dictionary(uniqueKeysWithValues: parts.map { ($0.name, $0.template) })
        let contents = Release.Contents(
            stack: stack,
            spec: "",
            addresses: [:],
            secrets: [:],
            templates: templates
        )
        return Release(
            number: number,
            contents: contents,
            createdAt: Instant(milliseconds: 0),
            createdBy: "test",
            reason: "test"
        )
    }
}

extension RandomRelease.Part {
    var canBeRouted: Bool { !isSingle || flavour == .fixed }
    private var isSingle: Bool { ![.app, .sourced, .sharing].contains(flavour) }

    func randomCount(using random: inout SplitMix64) -> Int {
        if random.chance(of: 8) { return 0 }
        guard !isSingle else { return 1 }
        return Int.random(in: 1...(random.chance(of: 50) ? 40 : 5), using: &random)
    }

    var service: Service {
        Service(name: name, kind: kind, replicas: replicas, dependsOn: dependsOn, rollout: rollout)
    }

    private var kind: ServiceKind {
        switch flavour {
        case .app, .sourced, .sharing, .fixed: .app(App())
        case .redis: .redis(Redis())
        case .postgres: .postgres(Postgres(database: "shop"))
        case .edge: .edge(Edge(listen: 8080, routes: routes.map { Route(path: "/\($0)", service: $0) }))
        }
    }

    var template: ReplicaTemplate {
        let reloads = isSingle
        let text = "setting \(setting) routes \(routes.map(\.text).joined(separator: " "))"
        return ReplicaTemplate(
            service: name,
            kind: kind.word,
            command: [Template("run-\(version)")],
            files: [RenderedFile(path: "settings", content: Template(text), reloadable: reloads)],
            source: flavour == .sourced ? Digest(of: "source \(name) \(version)") : nil,
            port: portUse,
            volume: volume,
            reload: reloads ? (flavour == .edge ? .edge : .hangup) : nil,
            accounts: flavour == .postgres
                ? PostgresAccounts(database: "shop", owner: "shop", logins: []) : nil
        )
    }

    private var volume: Volume? {
        switch flavour {
        case .redis, .postgres: Volume()
        case .sharing: Volume(shared: ["files"])
        case .app, .sourced, .fixed, .edge: nil
        }
    }

    private var portUse: PortUse {
        switch flavour {
        case .app, .sourced, .sharing, .redis: .perReplica
        case .fixed, .edge, .postgres: .fixed(fixedPort)
        }
    }

    var hasFixedPort: Bool { portUse != .perReplica }

    /// Used where the flavour has one.
    var fixedPort: Int { port ?? 9000 + name.text.utf8.reduce(0) { $0 + Int($1) } }
}
