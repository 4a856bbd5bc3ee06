import Basics
import StackModel

enum AppKeys {
    static let image = Key<String>("image", .word, "The image, on Docker and Kubernetes.")
    static let source = Key<String>(
        "source",
        .directory,
        default: "none",
        synonyms: ["build", "context", "path", "dir"],
        "On the process engine: the directory, relative to the spec, that is copied into every release, "
            + "without what its `.slipwayignore` names and without `.env` files."
    )
    static let command = Key<[Template]>(
        "command",
        .list(of: .argument, what: "texts"),
        synonyms: ["cmd", "args", "entrypoint", "run", "exec"],
        "The program and its arguments, each an item of the list. References are filled in, except secrets. "
            + "Needed on the process engine; elsewhere the image has one."
    )
    static let port = Key<Int>(
        "port",
        .port,
        default: "none",
        synonyms: ["ports", "expose", "containerPort", "listen"],
        "The port it serves on. Behind an edge on the process engine each replica gets a port of its own: `${port}`."
    )
    static let env = Key<[String: Template]>(
        "env",
        .environment,
        default: "none",
        synonyms: ["environment", "envs", "variables", "vars"],
        "The environment of the program. References are filled in."
    )
    static let health = Key<HealthCheck>(
        "health",
        .health,
        default: "the port accepts connections",
        synonyms: ["healthcheck", "probes", "checks"],
        "How to know that a replica lives and that it can serve."
    )
    static let autoscale = Key<Autoscale>(
        "autoscale",
        .autoscale,
        default: "off",
        synonyms: ["autoscaling", "hpa"],
        "Between which numbers of replicas to scale by load."
    )
    static let metrics = Key<String>(
        "metrics",
        .requestPath,
        default: "none",
        "The path that Prometheus scrapes."
    )
    static let user = Key<String>(
        "user",
        .userName,
        default: "an unprivileged one of its own",
        synonyms: ["runAs", "uid"],
        "The user of the machine to run as, on the process engine."
    )
    static let migrates = Key<Bool>(
        "migrates",
        .boolean,
        default: "false",
        synonyms: ["migrations", "migrate"],
        "A new release changes the shape of data: a backup is taken before it is deployed."
    )

    static let table = KeyTable(
        title: "app",
        meaning: "A program of your own. This is the kind when none is written.",
        rules: ServiceKeys.common + [
            ServiceKeys.optional.rule, image.rule, source.rule, command.rule, port.rule, env.rule, health.rule,
            autoscale.rule, metrics.rule, user.rule, migrates.rule,
        ]
    )
}

extension ValueType where Value == String {
    static var directory: ValueType {
        text("a directory", pattern: "\\S") { $0.contains { !$0.isWhitespace } }
    }

    static var userName: ValueType {
        text("the name of a user", pattern: "^[a-z_][a-z0-9_-]{0,31}$") { text in
            let rest = text.utf8.allSatisfy { byte in
                (97...122).contains(byte) || (48...57).contains(byte) || byte == 95 || byte == 45
            }
            guard let first = text.utf8.first else { return false }
            return rest && text.utf8.count <= 32 && !(48...57).contains(first) && first != 45
        }
    }
}

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
        synonyms: ["ready", "readinessProbe", "path", "test"],
        "The path that answers 2xx while the replica can serve; it gets traffic only then."
    )
    static let interval = Key<TimeSpan>(
        "interval",
        .timeSpan,
        default: "\(model.interval)",
        synonyms: ["period", "periodSeconds"],
        "Time between two probes."
    )
    static let timeout = Key<TimeSpan>(
        "timeout",
        .timeSpan,
        default: "\(model.timeout)",
        synonyms: ["timeoutSeconds"],
        "How long an answer may take."
    )

    static let table = KeyTable(
        title: "health",
        meaning: "How to know that a replica lives and that it can serve.",
        rules: [liveness.rule, readiness.rule, interval.rule, timeout.rule]
    )
}

extension ValueType where Value == HealthCheck {
    static var health: ValueType {
        .table(HealthKeys.table) { fields in
            var health = HealthCheck()
            fields.fill(&health.liveness, HealthKeys.liveness)
            fields.fill(&health.readiness, HealthKeys.readiness)
            fields.fill(&health.interval, HealthKeys.interval)
            fields.fill(&health.timeout, HealthKeys.timeout)
            return health
        }
    }
}

enum AutoscaleKeys {
    static let min = Key<Int>(
        "min",
        .integer(0...1000),
        isRequired: true,
        synonyms: ["minReplicas", "minimum"],
        "The fewest replicas."
    )
    static let max = Key<Int>(
        "max",
        .integer(1...1000),
        isRequired: true,
        synonyms: ["maxReplicas", "maximum"],
        "The most replicas."
    )
    static let cpu = Key<Percent>(
        "cpu",
        .percent(1000...100_000, "from 1% to 100%"),
        default: "not looked at",
        "The use of its processor share at which it grows."
    )
    static let memory = Key<Percent>(
        "memory",
        .percent(1000...100_000, "from 1% to 100%"),
        default: "not looked at",
        "The use of its memory at which it grows."
    )

    static let table = KeyTable(
        title: "autoscale",
        meaning: "Between which numbers of replicas to scale by load. It needs `cpu` or `memory`.",
        rules: [min.rule, max.rule, cpu.rule, memory.rule]
    )
}

extension ValueType where Value == Autoscale {
    static var autoscale: ValueType {
        .table(AutoscaleKeys.table) { fields in
            let (minimum, maximum) = (fields[AutoscaleKeys.min], fields[AutoscaleKeys.max])
            let (cpu, memory) = (fields[AutoscaleKeys.cpu], fields[AutoscaleKeys.memory])
            if cpu == nil, memory == nil, fields.isClean {
                fields.findings.error(
                    "autoscale has nothing to go by",
                    at: fields.place,
                    help: "Add `cpu: 70%` or `memory: 80%`."
                )
            }
            guard let minimum, let maximum else { return nil }
            return Autoscale(minimum: minimum, maximum: maximum, cpu: cpu, memory: memory)
        }
    }
}
