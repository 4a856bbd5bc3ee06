import StackModel

/// What an alert tells a person to type and to read. Both depend on what runs the stack: a rendered set lives without
/// Slipway.
struct AlertHelp: Hashable {
    enum Runner: Hashable {
        case slipway
        case compose
        case kubernetes(namespace: String)
    }

    let runner: Runner
    let stack: StackID
    /// The page with a heading for each alert: an address, or a file in words that its reader can find it by.
    let runbook: String
    /// A page of the web, and not a file of a rendered folder or of Slipway's documents.
    var isLink: Bool { runbook.contains("://") }

    init(_ runner: Runner, for stack: Stack) {
        self.runner = runner
        self.stack = stack.id
        let own = stack.services.lazy.compactMap { service in
            if case .prometheus(let prometheus) = service.kind { prometheus.runbook } else { nil }
        }.first
        self.runbook = own ?? Self.file(runner, stack.id)
    }

    private static func file(_ runner: Runner, _ stack: StackID) -> String {
        switch runner {
        case .slipway: "\(Runbook.path) of Slipway"
        case .compose: "\(Runbook.renderedPath), beside compose.yaml of \(stack)"
        case .kubernetes: "\(Runbook.renderedPath), beside kustomization.yaml of \(stack)"
        }
    }

    /// `logs --service api` becomes `slipway logs shop --env local --service api`, or the same in the words of what
    /// runs the stack; nil for what only Slipway could say.
    func command(_ next: String) -> String? {
        let words = next.split(separator: " ")
        let verb = words.prefix { !$0.hasPrefix("--") }.joined(separator: " ")
        let service = next.firstRange(of: "--service ").map { next[$0.upperBound...] } ?? ""
        switch runner {
        case .slipway:
            let rest = words.drop { !$0.hasPrefix("--") }.map { " \($0)" }.joined()
            return "slipway \(verb) \(stack.stack) --env \(stack.environment)\(rest)"
        case .compose:
            switch verb {
            case "status", "history": return "docker compose ps --all"
            case "logs": return "docker compose logs --tail 100 \(service)"
            case "restart": return "docker compose restart \(service)"
            default: return nil
            }
        case .kubernetes(let namespace):
            let kubectl = "kubectl --namespace \(namespace)"
            switch verb {
            case "status": return "\(kubectl) get pods"
            case "logs": return "\(kubectl) logs --tail 100 --selector \(Self.component)=\(service)"
            case "history": return "\(kubectl) rollout history deployment"
            // Only what keeps data is restarted on the advice of an alert.
            case "restart": return "\(kubectl) rollout restart statefulset/\(service)"
            default: return nil
            }
        }
    }

    private static let component = "app.kubernetes.io/component"
}
