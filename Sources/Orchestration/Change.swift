import StackModel

/// What a person wants to become of a stack.
package enum Change: Sendable {
    case deploy(DeclaredStack)
    /// To a release by number, or to the last good one.
    case rollback(to: Int?)
    case scale([ServiceName: Int])
    /// All services when empty.
    case restart(Set<ServiceName>)
    /// All services when empty.
    case stop(Set<ServiceName>)
    case down(destroyData: Bool)
    /// Swap the data of these services.
    case restore([ServiceName: WantedData])
    /// Deploy to a machine that has nothing yet; these services begin with data that lies prepared.
    case rebuild(DeclaredStack, [ServiceName: WantedData])

    package var purpose: Plan.Purpose {
        switch self {
        case .deploy: .deploy
        case .rollback: .rollback
        case .scale: .scale
        case .restart: .restart
        case .stop: .stop
        case .down: .down
        case .restore: .restore
        case .rebuild: .rebuild
        }
    }

    /// It may start some; `stop` and `down` only take away.
    var startsReplicas: Bool {
        switch self {
        case .deploy, .rollback, .scale, .restart, .restore, .rebuild: true
        case .stop, .down: false
        }
    }

    /// The stack file, where the change comes from one.
    var declared: DeclaredStack? {
        switch self {
        case .deploy(let declared), .rebuild(let declared, _): declared
        default: nil
        }
    }

    /// The data that the change puts in place, where it does.
    var data: [ServiceName: WantedData] {
        switch self {
        case .restore(let data), .rebuild(_, let data): data
        default: [:]
        }
    }

    /// The words that history shows.
    package var reason: String {
        switch self {
        case .deploy: "deploy"
        case .rebuild: "rebuild from backups"
        case .rollback(let number): number.map { "roll back to release \($0)" } ?? "roll back to the last good release"
        case .scale(let counts):
            "scale " + counts.sorted { $0.key < $1.key }.map { "\($0.key) to \($0.value)" }.joined(separator: ", ")
        case .restart(let services): "restart \(Self.list(services))"
        case .stop(let services): "stop \(Self.list(services))"
        case .down(let destroyData): destroyData ? "take down and destroy the data" : "take down"
        case .restore(let data):
            data.sorted { $0.key < $1.key }.map { service, wanted in
                switch wanted {
                case .restored(let name): "restore \(service) by \(name)"
                case .before(let name): "undo \(name) of \(service)"
                }
            }.joined(separator: ", ")
        }
    }

    private static func list(_ services: Set<ServiceName>) -> String {
        services.isEmpty ? "everything" : services.sorted().map(\.text).joined(separator: ", ")
    }
}
