import Basics
import StackModel

/// A program of the user's own. It runs as the user that its image says, unless the spec says another.
enum ComposeApp {
    static func make(_ service: Service, _ app: App, _ stack: Stack) throws(ReportableError) -> ComposeService {
        var part = try ComposeService(service, resources: .app)
        part.entrypoint = try words(app.command, of: service, stack, literal: ComposeText.literal)
        try addEnvironment(of: app, to: &part, stack)
        if let security = app.security {
            part.security = security
            part.user = security.user.map { "\($0):\(security.group ?? $0)" }
        }
        part.networks = [.frontend, .backend]
        part.dependsOn = ComposeHealth.dependencies(of: service, in: stack)
        part.stop = stopRule(of: service, app)
        part.volumes = (app.volumes ?? []).map {
            (AppVolumeName.text($0.name, of: service.name), ComposeText.literal($0.path))
        }
        part.health = try health(of: service, app, stack)
        return part
    }

    /// A check of the person's own is run as it is declared; one of ours costs more than a request, and runs less often.
    private static func health(
        of service: Service,
        _ app: App,
        _ stack: Stack
    ) throws(ReportableError) -> ComposeHealth? {
        if let command = app.health.command {
            // Whoever writes the check doubles its dollars.
            var health = ComposeHealth(["CMD"] + (try words(command, of: service, stack, literal: { $0 })), service)
            (health.interval, health.timeout) = (app.health.interval, app.health.timeout)
            return health
        }
        guard let port = app.port else { return nil }
        let script = ImageProbe.script(app.health, port: port)
        return ComposeHealth(["CMD-SHELL", script], service, asking: app.health.timeout)
    }

    private static func words(
        _ command: [Template],
        of service: Service,
        _ stack: Stack,
        literal: (String) -> String
    ) throws(ReportableError) -> [String] {
        var words: [String] = []
        for word in command {
            let text = try ContainerAddress.resolve(word, of: service, in: stack, literal: literal) {
                (name, _) throws(ReportableError) in
                throw ReportableError(
                    .invalidSpec,
                    "the command of \(service.name) contains the secret \(name)",
                    hint: "Everyone on the machine can read a command; pass the secret in env."
                )
            }
            words.append(text)
        }
        return words
    }

    private static func addEnvironment(
        of app: App,
        to part: inout ComposeService,
        _ stack: Stack
    ) throws(ReportableError) {
        let service = part.service
        for (name, template) in AppTemplate.environment(of: service, app, stack) {
            guard app.handedOn?.contains(name) != true else {
                let value = HandedOnValue(service: service.name, variable: name)
                part.handedOn.append(value)
                part.interpolated.append(value.file)
                part.environment[name] = ComposeText.secret(value.file)
                continue
            }
            var used: [String] = []
            part.environment[name] = try ContainerAddress.resolve(
                template,
                of: service,
                in: stack,
                literal: ComposeText.literal
            ) { (secret, _) throws(ReportableError) in
                used.append(secret.text)
                return ComposeText.secret(secret.text)
            }
            part.interpolated += used
        }
    }

    /// Requests in flight end first, then the program.
    private static func stopRule(of service: Service, _ app: App) -> StopRule {
        let rule = app.stop ?? StopRule()
        let drain = app.port == nil ? 0 : service.rollout.drain.milliseconds
        return StopRule(signal: rule.signal, grace: TimeSpan(milliseconds: rule.grace.milliseconds + drain))
    }
}
