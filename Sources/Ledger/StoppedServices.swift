import GRDB
import StackModel

/// The table of services that were stopped on purpose and ought not to run.
struct StoppedServices {
    let database: Database

    /// Sorted.
    func list(of stack: StackID) throws -> [ServiceName] {
        try Row.fetchAll(
            database,
            sql: "SELECT service FROM stopped_service WHERE stack = ? ORDER BY service",
            arguments: [stack.description]
        ).map { try $0.value(ServiceName.self, fromText: "service") }
    }

    /// Takes down what the success of a plan means: a stop adds services, a restart takes them away, everything else
    /// leads to a stack of which nothing is stopped.
    func note(_ plan: Plan) throws {
        switch plan.purpose {
        case .stop: for service in try services(of: plan) { try mark(service, of: plan.stack) }
        case .restart, .restore: for service in try services(of: plan) { try unmark(service, of: plan.stack) }
        case .deploy, .rollback, .revert, .scale, .down, .rebuild: try clear(plan.stack)
        }
    }

    private func services(of plan: Plan) throws -> [ServiceName] {
        if let services = plan.services { return services }
        return try Releases(database: database).outline(plan.release, of: plan.stack)?.services.map(\.name) ?? []
    }

    private func mark(_ service: ServiceName, of stack: StackID) throws {
        try database.execute(
            sql: "INSERT INTO stopped_service (stack, service) VALUES (?, ?) ON CONFLICT DO NOTHING",
            arguments: [stack.description, service.text]
        )
    }

    private func unmark(_ service: ServiceName, of stack: StackID) throws {
        try database.execute(
            sql: "DELETE FROM stopped_service WHERE stack = ? AND service = ?",
            arguments: [stack.description, service.text]
        )
    }

    private func clear(_ stack: StackID) throws {
        try database.execute(sql: "DELETE FROM stopped_service WHERE stack = ?", arguments: [stack.description])
    }
}
