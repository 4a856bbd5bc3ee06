import Basics
import StackModel

/// A program of the user's own. It runs as the user that its image says.
enum ComposeApp {
    static func make(_ service: Service, _ app: App, _ stack: Stack) throws(ReportableError) -> ComposeService {
        var part = try ComposeService(service, resources: .app)
        part.entrypoint = try command(of: service, app, stack)
        try addEnvironment(of: app, to: &part, stack)
        part.networks = [.frontend, .backend]
        part.dependsOn = ComposeHealth.dependencies(of: service, in: stack)
        part.stop = stopRule(of: service, app)
        guard let port = app.port else { return part }
        part.health = ComposeHealth(
            ["CMD-SHELL", ImageProbe.script(app.health, port: port)],
            service,
            asking: app.health.timeout
        )
        return part
    }

    private static func command(of service: Service, _ app: App, _ stack: Stack) throws(ReportableError) -> [String] {
        var words: [String] = []
        for word in app.command {
            let text = try ContainerAddress.resolve(word, of: service, in: stack, literal: ComposeText.literal) {
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
