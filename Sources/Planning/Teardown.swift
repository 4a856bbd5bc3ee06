import Basics
import StackModel

/// Plans `stop` and `down`: whatever needs others goes before them, the edges first of all. An edge finishes what it
/// has in flight by itself when it is stopped, so that the services behind it need no drain once it is gone.
struct Teardown {
    let request: PlanRequest
    let desired: DesiredStack
    let observed: ObservedServices

    private var draft = PlanDraft()
    private(set) var warnings: [String] = []
    /// Steps after which nobody needs a service any more.
    private var tips: [ServiceName: [PlanDraft.Ref]] = [:]

    init(_ request: PlanRequest, _ desired: DesiredStack, _ observed: ObservedServices) {
        self.request = request
        self.desired = desired
        self.observed = observed
    }

    private var isDown: Bool { request.purpose == .down }

    mutating func steps() throws(ReportableError) -> [Step] {
        let known = desired.release.stack.services.map(\.name)
        let order = observed.names.filter { !known.contains($0) } + desired.graph.order(of: known).reversed()
        var removals: [PlanDraft.Ref] = []
        for service in order { removals += takeAway(service) }
        if isDown { dispose(after: removals) } else { warnAboutDependants(order) }
        return try draft.numbered()
    }

    private func isChosen(_ service: ServiceName) -> Bool {
        isDown || (request.services?.contains(service) ?? true)
    }

    private mutating func takeAway(_ service: ServiceName) -> [PlanDraft.Ref] {
        let users = desired.release.stack.services.map(\.name)
            .filter { desired.graph.targets(of: $0).contains(service) }
        let inherited = users.flatMap { tips[$0] ?? [] }
        let replicas = isChosen(service) ? observed[service].sorted { $0.id > $1.id } : []
        let drain = desired.release.stack.service(service)?.rollout.drain ?? Rollout().drain
        let cause = "the stack is \(isDown ? "taken down" : "stopped")"
        let needsDrain = !edgesGoFirst(service)
        let wave = replicas.filter { isDown || $0.state != .stopped }.map { replica in
            var item = Retirement(replica, cause, drain: drain)
            item.getsTraffic = item.getsTraffic && needsDrain
            return item
        }
        let chains = draft.retire(wave, removing: isDown)
        draft.join(inherited, before: chains.map(\.first))
        tips[service] = chains.isEmpty ? inherited : chains.map(\.last)
        return chains.map(\.last)
    }

    private func edgesGoFirst(_ service: ServiceName) -> Bool {
        let edges = desired.edges(routingTo: service)
        return !edges.isEmpty && edges.allSatisfy { isChosen($0) && desired.graph.reaches($0, service) }
    }

    /// What is left without replicas: data, if its destruction is wanted, and then everything that only an empty stack
    /// leaves behind. The latter is asked for even when nothing else is left, because no observation shows it; unless
    /// that was done already.
    private mutating func dispose(after removals: [PlanDraft.Ref]) {
        let beside = Set(observed.prepared.keys).union(observed.kept.keys)
        let volumes = observed.volumes.union(beside).sorted()
        for service in beside.sorted() {
            let names = (observed.prepared[service] ?? []).union(observed.kept[service] ?? []).sorted()
            let list = names.map(\.text).joined(separator: ", ")
            warnings.append(
                "beside the data of \(service) lies that of \(list), which \(request.destroyData ? "goes" : "stays") too"
            )
        }
        if !request.destroyData, !volumes.isEmpty {
            let names = volumes.map(\.text).joined(separator: ", ")
            warnings.append("the data of \(names) stays")
        }
        let destroyed = request.destroyData ? volumes : []
        let ends = destroyed.map { service in
            draft.add(.removeVolume(service), because: "the destruction of all data was asked for")
        }
        guard !request.isDown || !removals.isEmpty || !ends.isEmpty else { return }
        draft.join(removals, before: ends)
        let last = draft.add(.removeStack, because: "nothing of the stack runs any more")
        draft.wait(last, for: ends.isEmpty ? removals : ends)
    }

    private mutating func warnAboutDependants(_ order: [ServiceName]) {
        for service in order where isChosen(service) {
            for user in desired.dependants(of: service)
            where !isChosen(user) && observed[user].contains(where: { $0.state == .running }) {
                warnings.append("\(user) depends on \(service) and keeps running")
            }
        }
    }
}
