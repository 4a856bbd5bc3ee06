import Basics
import StackModel

enum HealthKeys {
    private static let model = HealthCheck()

    static let liveness = Key<String>(
        "liveness",
        .requestPath,
        default: "none",
        synonyms: ["live", "livenessProbe"],
        "The path that answers 2xx while the replica lives. Kubernetes restarts one that fails it; "
            + "on the other engines that is left to `slipway restart`."
    )
    static let readiness = Key<String>(
        "readiness",
        .requestPath,
        default: "none",
        synonyms: ["ready", "readinessProbe", "path"],
        "The path that answers 2xx while the replica can serve; it gets traffic only then."
    )
    static let command = Key<[Template]>(
        "command",
        .command,
        default: "none",
        synonyms: ["test", "exec", "cmd", "script"],
        "In place of `readiness`: a program and its arguments, run beside the replica as its user and with its "
            + "environment. Status 0 is ready. References are filled in, except secrets. An edge checks the port alone."
    )
    static let host = Key<String>(
        "host",
        .hostName,
        default: Probe.host,
        synonyms: ["hostname", "hostHeader", "httpHeaders", "headers"],
        "The `Host` that whoever asks for a path sends, on every engine: one that the program takes for its own."
    )
    static let interval = Key<TimeSpan>(
        "interval",
        .timeSpan(atMost: .seconds(3600)),
        default: "\(model.interval)",
        synonyms: ["period", "periodSeconds"],
        "Time between two probes."
    )
    static let timeout = Key<TimeSpan>(
        "timeout",
        .timeSpan(atMost: .seconds(3600)),
        default: "\(model.timeout), and \(patience) for a command",
        synonyms: ["timeoutSeconds"],
        "How long an answer may take. A command that takes longer is killed with all that it started."
    )
    /// A program has to be started before it can ask.
    static let patience = TimeSpan.seconds(5)

    static let table = KeyTable(
        title: "health",
        meaning: "How to know that a replica lives and that it can serve.",
        rules: [liveness.rule, readiness.rule, command.rule, host.rule, interval.rule, timeout.rule]
    )
}

extension ValueType where Value == HealthCheck {
    static var health: ValueType {
        .table(HealthKeys.table) { fields in
            var health = HealthCheck()
            fields.fill(&health.liveness, HealthKeys.liveness)
            fields.fill(&health.readiness, HealthKeys.readiness)
            fields.fill(&health.command, HealthKeys.command)
            fields.fill(&health.host, HealthKeys.host)
            fields.fill(&health.interval, HealthKeys.interval)
            if health.command != nil { health.timeout = HealthKeys.patience }
            fields.fill(&health.timeout, HealthKeys.timeout)
            checkCommand(of: health, fields)
            checkHost(of: health, fields)
            return health
        }
    }

    private static func checkHost(of health: HealthCheck, _ fields: Fields) {
        guard health.host != nil, health.readiness == nil, health.liveness == nil, fields.isClean else { return }
        fields.findings.error(
            "health has a host, and no path to ask it for",
            at: fields.place(of: HealthKeys.host),
            help: "Add `readiness: /...`."
        )
    }

    private static func checkCommand(of health: HealthCheck, _ fields: Fields) {
        guard let command = health.command else { return }
        let place = fields.place(of: HealthKeys.command)
        if command.isEmpty, fields.isClean {
            fields.findings.error("command has no program", at: place, help: "Write it as in `[pg_isready, -q]`.")
        }
        if fields.has(HealthKeys.readiness) {
            fields.findings.error(
                "health has both readiness and command, which ask the same",
                at: place,
                help: "Keep readiness where a path can tell, command where only a program can."
            )
        }
    }
}
