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
        .command,
        synonyms: ["cmd", "args", "entrypoint", "run", "exec"],
        "The program and its arguments, each an item of the list. References are filled in, except secrets. "
            + "Needed on the process engine; elsewhere the image has one."
    )
    static let port = Key<Int>(
        "port",
        .port,
        default: "none",
        synonyms: ["ports", "expose", "containerPort", "listen"],
        "The port it serves on, at the address `${host}`. Behind an edge on the process engine each replica gets a port of "
            + "its own: `${port}`."
    )
    static let env = Key<WrittenEnvironment>(
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
        "Between which numbers of replicas to scale by load. The process engine stays at the number it begins with."
    )
    static let metrics = Key<String>(
        "metrics",
        .metricsPath,
        default: "none",
        "The path that Prometheus scrapes. Clients get 404 for it from an edge, however they spell it, unless a route of the edge names it."
    )
    static let user = Key<String>(
        "user",
        .userName,
        default: "an unprivileged one of its own",
        synonyms: ["runAs", "uid"],
        "The user of the machine to run as, on the process engine. A container's is in `security`."
    )
    static let migrates = Key<Bool>(
        "migrates",
        .boolean,
        default: "false",
        synonyms: ["migrations", "migrate"],
        "A new release changes the shape of data: before it is deployed, every policy of a data service makes a set."
    )
    static let stop = Key<StopRule>(
        "stop",
        .stop,
        default: "TERM, and \(StopRule().grace) to end",
        synonyms: [
            "stop_grace_period", "stopGracePeriod", "terminationGracePeriodSeconds", "stop_signal", "stopSignal",
            "shutdown",
        ],
        "How a replica is asked to end, and how long it may take."
    )
    static let volumes = Key<[AppVolume]>(
        "volumes",
        .list(of: .volume, what: "volumes"),
        default: "none",
        synonyms: ["volume", "mounts", "volumeMounts", "storage", "disk"],
        "Directories that outlive replicas and releases, such as one for uploads."
    )
    static let security = Key<AppSecurity>(
        "security",
        .security,
        default: "nothing is allowed",
        synonyms: [
            "securityContext", "security_opt", "capabilities", "cap_add", "privileged", "read_only", "readOnly",
            "readOnlyRootFilesystem", "runAsUser",
        ],
        "What its container is allowed: another user, a root file system to write in, capabilities."
    )

    static let table = KeyTable(
        title: "app",
        meaning: "A program of your own. This is the kind when none is written.",
        rules: ServiceKeys.common + [
            ServiceKeys.optional.rule, image.rule, source.rule, command.rule, port.rule, env.rule, health.rule,
            autoscale.rule, metrics.rule, user.rule, migrates.rule, stop.rule, volumes.rule,
            security.rule,
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
