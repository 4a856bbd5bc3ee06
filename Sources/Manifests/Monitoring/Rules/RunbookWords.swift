import StackModel

/// Says what the runbook says of Slipway and an example in the words of a rendered set: with the commands of what runs
/// it, and the names of its services.
struct RunbookWords {
    let runner: AlertHelp.Runner
    let stack: Stack

    func said(in section: Substring) -> String {
        String(section).replacing(/`slipway ([^`]+)`/) { match in said(match.1.split(separator: " ").map(String.init)) }
    }

    /// A command in backticks, or what comes closest.
    private func said(_ words: [String]) -> String {
        let name = name(words)
        let filter = words.contains("--grep") ? " | grep ERROR" : ""
        let verb = words.starts(with: ["backup", "list"]) ? "backups" : words[0]
        switch runner {
        case .slipway: return "`slipway \(words.joined(separator: " "))`"
        case .compose: return inCompose(verb, name, filter)
        case .kubernetes(let namespace): return inCluster(verb, name, filter, "kubectl --namespace \(namespace)")
        }
    }

    private func inCompose(_ verb: String, _ name: String, _ filter: String) -> String {
        switch verb {
        case "logs": "`docker compose logs --tail 100 \(name)\(filter)`"
        case "restart": "`docker compose restart \(name)`"
        case "scale": "`docker compose up -d --no-recreate --scale \(name)=4`"
        case "deploy": "`docker compose up -d`"
        case "exec": "`docker compose exec \(name) psql -U postgres`"
        case "rollback": "the earlier files and `docker compose up -d`"
        case "history": "`docker compose ps --all` shows since when it runs"
        default: "`docker compose ps --all`"
        }
    }

    private func inCluster(_ verb: String, _ name: String, _ filter: String, _ kubectl: String) -> String {
        let kind = stack.services.contains { $0.name.text == name && $0.keepsData } ? "statefulset" : "deployment"
        return switch verb {
        case "logs": "`\(kubectl) logs --tail 100 --selector app.kubernetes.io/component=\(name)\(filter)`"
        case "restart": "`\(kubectl) rollout restart \(kind)/\(name)`"
        case "scale": "`\(kubectl) scale deployment/\(name) --replicas 4`"
        case "deploy": "`kubectl apply --server-side -k .`"
        case "exec": "`\(kubectl) exec -it \(name)-0 -- psql -U postgres`"
        case "rollback": "`\(kubectl) rollout undo deployment/\(name)`"
        case "history": "`\(kubectl) rollout history deployment/\(name)`"
        case "backups": "`\(kubectl) get jobs`"
        case "backup": "`\(kubectl) create job --from=cronjob/backup-NAME again`"
        default: "`\(kubectl) get pods`"
        }
    }

    /// The service of this stack that the example's stands for; where there are several such, the one of the alert.
    private func name(_ words: [String]) -> String {
        let kind = ["redis", "postgres", "edge"].first { kind in words.contains { $0.hasPrefix(kind) } } ?? "app"
        guard !words.contains("NAME") else { return Self.alerting }
        let services = stack.services.filter { $0.kind.word == kind && !$0.watchesMachine }
        return services.count == 1 ? services[0].name.text : Self.alerting
    }

    /// Explained at the beginning of the page.
    static let alerting = "SERVICE"
}
