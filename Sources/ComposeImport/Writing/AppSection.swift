import StackModel
import StackSpec

/// A service as an app of the spec.
struct AppSection {
    let draft: Draft
    let translation: Translation

    private var report: Report { translation.report }
    private var signs: SignTable { translation.signs }

    func line() -> SpecLine {
        var lines: [SpecLine] = []
        // Both may need a variable of their own.
        let (command, health) = (self.command(), self.health())
        if let image = draft.image {
            lines.append(SpecLine("image", .text(signs.written(image.text)), comments: imageComments))
        }
        if let source = draft.source { lines.append(SpecLine("source", .text(source))) }
        if let words = command { lines.append(SpecLine("command", .list(words.map { .text($0) }))) }
        if let port = draft.port { lines.append(SpecLine("port", .number(port))) }
        let deploy = DeployReader(scalars: translation.scalars, draft: draft)
        if let replicas = replicas(deploy) { lines.append(replicas) }
        if !draft.environment.isEmpty {
            let env = draft.environment.map { SpecLine($0.key, .text(signs.written($0.text))) }
            lines.append(SpecLine("env", .block(env)))
        }
        let volumes = VolumeList(draft: draft, translation: translation).values()
        if !volumes.isEmpty { lines.append(SpecLine("volumes", .list(volumes))) }
        let security = SecuritySection(draft: draft, scalars: translation.scalars).line()
        if let security { lines.append(security) }
        if let health { lines.append(SpecLine("health", .map(health))) }
        add("resources", JavaMemory(draft: draft, report: report).completed(deploy.resources()), to: &lines)
        add("rollout", deploy.rollout(), to: &lines)
        add("stop", deploy.stop(), to: &lines)
        deploy.leaveOthers(isApp: true)
        if let line = translation.dependsOn(draft) { lines.append(line) }
        leaveExposed()
        return SpecLine(draft.name.text, .block(lines), comments: comments)
    }

    private func add(_ key: String, _ inner: [SpecLine], to lines: inout [SpecLine]) {
        if !inner.isEmpty { lines.append(SpecLine(key, .map(inner))) }
    }

    private var comments: [String] {
        var comments: [String] = []
        if draft.key != draft.name.text { comments.append("Called \(draft.key) in the Compose file.") }
        if draft.role == .data {
            comments.append("Slipway has no kind for it: a program like any other, which nobody reaches from outside.")
        }
        return comments.map(\.withoutLines)
    }

    private var imageComments: [String] {
        guard draft.isBuilt else { return [] }
        return ["Built by `docker compose build`, and pushed to where the stack runs."]
    }

    private func replicas(_ deploy: DeployReader) -> SpecLine? {
        let count = deploy.replicas()
        return translation.dormantReplicas(draft)
            ?? count.flatMap { $0 == 1 ? nil : SpecLine("replicas", .number($0)) }
    }

    // MARK: - Command

    /// The program and all its arguments: a spec's command takes the place of the image's entrypoint too.
    private func command() -> [String]? {
        var words = draft.entrypoint ?? []
        if let command = draft.command {
            if words.isEmpty, KnownImage.hasStartScript(draft.isBuilt ? nil : draft.image) {
                words = ["docker-entrypoint.sh"]
            }
            words += command
        }
        guard let first = words.first else { return nil }
        let place = draft.node.entry(draft.command == nil ? "entrypoint" : "command")?.keyPlace ?? draft.place
        if first.hasPrefix("-") {
            report.leftOut(
                "\(draft.path).command",
                at: place,
                "these are arguments for a program that only the image names, and a spec's command is all of it",
                help: "Look it up with `docker image inspect`, and write `command: [program, argument]`."
            )
            return nil
        }
        if draft.entrypoint == nil, !KnownImage.hasStartScript(draft.image),
            draft.isBuilt || !KnownImage.runsPlainly(draft.image)
        {
            report.changed(
                "\(draft.path).command",
                at: place,
                "takes the place of the image's ENTRYPOINT as well, where it has one",
                help: "When it has, write its words in front."
            )
        }
        let spot = spot("command", place)
        return SecretCommand(draft: draft, translation: translation, spot: spot).written(words)
    }

    private func spot(_ key: String, _ place: Place) -> References.Spot {
        References.Spot(path: "\(draft.path).\(key)", location: report.location(place), draft: draft, name: draft.key)
    }

    // MARK: - Health

    private func health() -> [SpecLine]? {
        guard let health = draft.health else { return nil }
        var lines: [SpecLine] = []
        if let check = WebCheck(health, signs), check.port == draft.port {
            lines.append(SpecLine("readiness", .text(check.path)))
        } else {
            let spot = spot("healthcheck.test", health.place)
            let words = health.isShell ? ["sh", "-c"] + health.command : health.command
            let command = SecretCommand(draft: draft, translation: translation, spot: spot).written(words)
            lines.append(SpecLine("command", .list(command.map { .text($0) })))
        }
        if let interval = health.interval { lines.append(SpecLine("interval", .text("\(interval)"))) }
        if let timeout = health.timeout { lines.append(SpecLine("timeout", .text("\(timeout)"))) }
        return lines
    }

    // MARK: - Ports

    private func leaveExposed() {
        for port in draft.exposed where port != draft.port {
            report.leftOut(
                "\(draft.path).expose",
                at: draft.node.entry("expose")?.keyPlace ?? draft.place,
                "an app has one port, which is \(draft.port.map(String.init) ?? "none"), not \(port)"
            )
        }
    }
}

extension String {
    /// Fit for a comment.
    var withoutLines: String { String(map { $0.isNewline ? " " : $0 }) }
}
