import StackModel

/// Says what a section of the runbook says of Slipway and an example in the words of a rendered set: with the commands of
/// what runs it, and the names of its services.
struct RunbookWords {
    let runner: AlertHelp.Runner
    let stack: Stack
    /// The services of the stack that the alert of the section may be of.
    let alerting: [Service]

    /// Stands for the service that the alert names, where it may be one of several.
    static let alerting = "SERVICE"
    /// Stands for an app that the alert is not of, where it may be one of several.
    private static let affected = "APP"
    /// A number of replicas that only the reader can choose.
    private static let number = "NUMBER"

    func said(in section: Substring) -> String {
        let isAboutEnds = section.hasPrefix("CrashLooping\n")
        let text = String(section).replacing(/`slipway ([^`]+)`/) { match in
            said(match.1.split(separator: " ").map(String.init), ofEnded: isAboutEnds)
        }
        return text.contains(Self.affected) ? "\(text)\n\(explanation)" : text
    }

    /// A question to Redis as a command of a shell beside it.
    static func redis(_ question: String, password: String, _ way: String = "") -> String {
        "REDISCLI_AUTH=$(cat \(password)) redis-cli \(way)\(asAdministrator)\(question)"
    }

    private static let asAdministrator = "--user \(RedisTemplate.administrator) "

    /// A command in backticks, or what comes closest.
    private func said(_ words: [String], ofEnded isEnded: Bool) -> String {
        let name = name(words)
        let verb = words.starts(with: ["backup", "list"]) ? "backups" : words[0]
        switch runner {
        case .slipway: return "`slipway \(words.joined(separator: " "))`"
        case .compose: return inCompose(verb, name, words)
        case .kubernetes(let namespace):
            let kubectl = "kubectl --namespace \(namespace)"
            if isEnded, verb == "logs" {
                return
                    "`\(kubectl) logs --tail 100 --previous POD`, with one that `\(kubectl) get pods` shows to restart"
            }
            return inCluster(verb, name, words, kubectl)
        }
    }

    private func inCompose(_ verb: String, _ name: String, _ words: [String]) -> String {
        switch verb {
        case "logs": "`docker compose logs --tail 100 \(name)\(filter(words))`"
        case "restart": restartInCompose(name)
        case "scale": "`docker compose up -d --no-recreate --scale \(name)=\(more(name))`"
        case "deploy": "`docker compose up -d`"
        case "exec": "`docker compose exec \(name) \(program(words, beside: name))`"
        case "rollback": "the earlier files and `docker compose up -d`"
        case "history": "`docker compose ps --all` shows since when it runs"
        default: "`docker compose ps --all`"
        }
    }

    /// Compose restarts all containers of a service at once.
    private func restartInCompose(_ name: String) -> String {
        if let service = stack.services.first(where: { $0.name.text == name }), service.replicas <= 1 {
            return "`docker compose restart \(name)`"
        }
        return "`docker restart CONTAINER`, one after the other (`docker compose ps \(name)` names them)"
    }

    private func inCluster(_ verb: String, _ name: String, _ words: [String], _ kubectl: String) -> String {
        let service = stack.services.first { $0.name.text == name }
        let kind = service?.keepsData == true ? "statefulset" : "deployment"
        return switch verb {
        case "logs":
            "`\(kubectl) logs --tail 100 --selector app.kubernetes.io/component=\(name)\(filter(words))`"
        case "restart": "`\(kubectl) rollout restart \(kind)/\(name)`"
        case "scale": scaleInCluster(service, name, kubectl)
        case "deploy": "`kubectl apply --server-side -k .`"
        case "exec": "`\(kubectl) exec -it \(name)-0 -- \(program(words, beside: name))`"
        case "rollback": "`\(kubectl) rollout undo deployment/\(name)`"
        case "history": "`\(kubectl) rollout history deployment/\(name)`"
        case "backups": "`\(kubectl) get jobs`"
        case "backup": "`\(kubectl) create job --from=cronjob/backup-NAME again`"
        default: "`\(kubectl) get pods`"
        }
    }

    /// An autoscaler takes back at once what somebody else says.
    private func scaleInCluster(_ service: Service?, _ name: String, _ kubectl: String) -> String {
        let apps = service.map { [$0] } ?? stack.services
        guard apps.contains(where: \.isAutoscaled) else {
            return "`\(kubectl) scale deployment/\(name) --replicas \(more(name))`, and `replicas` in the spec for good"
        }
        return "`\(kubectl) get hpa \(name)`: where it is at its most, raise `autoscale.max` in the spec"
    }

    private func more(_ name: String) -> String {
        stack.services.first { $0.name.text == name }.map { "\($0.replicas + 1)" } ?? Self.number
    }

    private func filter(_ words: [String]) -> String { words.contains("--grep") ? " | grep ERROR" : "" }

    /// The programs of the images ask as whoever administers the server.
    private func program(_ words: [String], beside name: String) -> String {
        guard let question = words.joined(separator: " ").split(separator: Self.asAdministrator).dropFirst().last else {
            return "psql -U postgres"
        }
        let administrator = ServiceName(name).flatMap { try? ProcessManifests.administratorSecret(of: $0, in: stack) }
        let password = ContainerSecret.path(of: administrator?.text ?? "\(name)-admin")
        return "sh -c '\(Self.redis(String(question.dropLast()), password: password))'"
    }
}

extension RunbookWords {
    /// The service of this stack that the example's stands for: one that the alert is of, or an app that it affects.
    private func name(_ words: [String]) -> String {
        guard !words.contains("NAME") else { return Self.alerting }
        let kind = ["redis", "postgres", "edge"].first { kind in words.contains { $0.hasPrefix(kind) } } ?? "app"
        let own = alerting.filter { $0.kind.word == kind }
        if let first = own.first { return own.count == 1 ? first.name.text : Self.alerting }
        let affected = kind == "app" ? Set(alerting.flatMap { stack.apps(affectedBy: $0) }) : []
        return affected.count == 1 ? affected.first?.text ?? Self.affected : Self.affected
    }

    private var explanation: String {
        if alerting.contains(where: { if case .edge = $0.kind { true } else { false } }) {
            return "`\(Self.affected)` is what the label `proxy` of the alert names."
        }
        let users = alerting.map { service in
            let apps = stack.apps(affectedBy: service).map(\.text).joined(separator: ", ")
            return apps.isEmpty ? "no app is declared to use \(service.name)" : "\(service.name) is used by \(apps)"
        }
        return "`\(Self.affected)` is an app that uses it: \(users.joined(separator: "; "))."
    }
}

extension Stack {
    /// The apps that use a service or that it leads to. Sorted.
    fileprivate func apps(affectedBy service: Service) -> [ServiceName] {
        if case .edge(let edge) = service.kind { return Set(edge.routes.map(\.service)).sorted() }
        return services.filter { other in
            guard case .app(let app) = other.kind else { return false }
            return other.dependsOn.contains(service.name) || app.texts.flatMap(\.services).contains(service.name)
        }.map(\.name).sorted()
    }
}

extension Service {
    fileprivate var isAutoscaled: Bool { if case .app(let app) = kind { app.autoscale != nil } else { false } }
}
