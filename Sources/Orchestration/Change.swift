import Basics
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

    package var purpose: Plan.Purpose {
        switch self {
        case .deploy: .deploy
        case .rollback: .rollback
        case .scale: .scale
        case .restart: .restart
        case .stop: .stop
        case .down: .down
        }
    }

    /// The words that history shows.
    package var reason: String {
        switch self {
        case .deploy: "deploy"
        case .rollback(let number): number.map { "roll back to release \($0)" } ?? "roll back to the last good release"
        case .scale(let counts):
            "scale " + counts.sorted { $0.key < $1.key }.map { "\($0.key) to \($0.value)" }.joined(separator: ", ")
        case .restart(let services): "restart \(Self.list(services))"
        case .stop(let services): "stop \(Self.list(services))"
        case .down(let destroyData): destroyData ? "take down and destroy the data" : "take down"
        }
    }

    private static func list(_ services: Set<ServiceName>) -> String {
        services.isEmpty ? "everything" : services.sorted().map(\.text).joined(separator: ", ")
    }
}

/// A stack as its file declares it, with what is needed to make a release of it.
package struct DeclaredStack: Sendable {
    package let stack: Stack
    /// The text of the spec file.
    package let text: String
    /// The folder that relative paths in the spec start from.
    package let directory: String
    /// Values of `given` secrets, from the caller's environment.
    package let given: [SecretName: Redacted<String>]

    package init(stack: Stack, text: String, directory: String, given: [SecretName: Redacted<String>] = [:]) {
        self.stack = stack
        self.text = text
        self.directory = directory
        self.given = given
    }

    func sourceDirectory(of service: ServiceName) -> String? {
        guard case .app(let app) = stack.service(service)?.kind, let source = app.source else { return nil }
        return source.hasPrefix("/") ? source : "\(directory)/\(source)"
    }
}
