/// Why a spec does not say something, and what to do instead.
struct LeftOutReason {
    let why: String
    let instead: String?

    init(_ why: String, _ instead: String? = nil) {
        (self.why, self.instead) = (why, instead)
    }

    static let nothing = LeftOutReason("a spec has nothing like it")
    static let image = LeftOutReason("the image says it", "Set it in the Dockerfile.")
    static let wall = LeftOutReason(
        "rendered containers own nothing of the machine",
        "`security: {user, readOnlyRoot, capabilities}` gives an app what root of a container usually has. For more than"
            + " that, add it to a `compose.override.yaml` beside the rendered file."
    )
    static let restart = LeftOutReason(
        "a service of Slipway is started again whenever it ends",
        "Give a job that ends `replicas: 0`, and run it before a deploy, from cron or CI."
    )
    static let network = LeftOutReason("a stack has one network, in which services reach each other by name")
    static let secrets = LeftOutReason(
        "programs get secrets as variables, not as files below /run/secrets",
        "Declare each as `NAME: {kind: given}` under `secrets`, and hand it over in `env` as ${secret:NAME}."
    )
    static let files = LeftOutReason("a spec mounts no files", "Put the file into the image, or its values into `env`.")
    static let limit = LeftOutReason("a replica is limited by `resources: {cpu, memory}`")
}

/// The keys of a Compose service that a spec has no counterpart for.
enum ServiceOmissions {
    /// Nil for what is no key of Compose.
    static func reason(for key: String, kind: String?) -> LeftOutReason? {
        let byImage: Set = ["user", "working_dir", "platform", "group_add"]
        if let kind, byImage.contains(key) { return LeftOutReason("the kind \(kind) decides it") }
        return reasons[key] ?? walls[key] ?? limits[key] ?? (others.contains(key) ? .nothing : nil)
    }

    /// What rendered containers have anyway, so that nothing is lost.
    static func isKeptAnyway(_ key: String, _ text: String?, _ items: [String]) -> Bool {
        switch key {
        case "restart": ["always", "unless-stopped"].contains(text)
        case "tty", "stdin_open": text != nil
        case "init", "read_only": text == "true"
        case "privileged", "oom_kill_disable": text == "false"
        case "cap_drop": items == ["ALL"] || items == ["all"]
        case "security_opt": items == ["no-new-privileges:true"] || items == ["no-new-privileges"]
        case "tmpfs": items == ["/tmp"] || text == "/tmp"
        default: false
        }
    }

    private static let reasons: [String: LeftOutReason] = [
        "restart": .restart,
        "extends": LeftOutReason("it is not followed", ComposeDocument.resolve),
        "working_dir": .image, "platform": .image,
        "group_add": LeftOutReason("a replica has one group", "Name it in `security: {user, group}`."),
        "networks": .network, "network_mode": .network, "extra_hosts": .network, "dns": .network,
        "dns_search": .network, "dns_opt": .network, "external_links": .network, "mac_address": .network,
        "secrets": .secrets, "configs": .files,
        "labels": LeftOutReason(
            "a spec has no labels",
            "What a proxy read from them belongs into the `routes` of the edge."
        ),
        "label_file": LeftOutReason("a spec has no labels"), "annotations": LeftOutReason("a spec has no labels"),
        "logging": LeftOutReason("logs are kept and rotated by the engine; `slipway logs` shows them"),
        "tmpfs": LeftOutReason("a rendered container has /tmp in memory and no other such folder"),
        "pull_policy": LeftOutReason("a release names its images", "Give the image a version, or best its digest."),
        "volumes_from": LeftOutReason(
            "volumes belong to one service",
            "Name the volume in `volumes` of the service that writes it."
        ),
        "develop": LeftOutReason("nothing is watched", "Keep it in a `compose.override.yaml` for your own machine."),
        "cpu_shares": .limit, "scale": LeftOutReason("it is not a number"),
    ]

    private static let walls: [String: LeftOutReason] = Dictionary(
        uniqueKeysWithValues: [
            "privileged", "cap_add", "cap_drop", "security_opt", "devices", "device_cgroup_rules", "ipc", "pid", "uts",
            "userns_mode", "cgroup", "cgroup_parent", "sysctls", "read_only", "gpus", "runtime", "isolation",
            "credential_spec", "use_api_socket",
        ].map { ($0, LeftOutReason.wall) }
    )

    private static let limits: [String: LeftOutReason] = Dictionary(
        uniqueKeysWithValues: [
            "cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpuset",
            "mem_reservation", "mem_swappiness", "memswap_limit", "oom_kill_disable", "oom_score_adj", "pids_limit",
            "shm_size", "ulimits", "blkio_config", "storage_opt",
        ].map { ($0, LeftOutReason.limit) }
    )

    private static let others: Set = [
        "attach", "domainname", "expose", "init", "stdin_open", "tty", "post_start", "pre_stop", "provider", "models",
        "volume_driver", "log_driver", "log_opt",
    ]

    /// Every key that a service of Compose may have, for the suggestion when one is misspelt.
    static var known: [String] {
        let carried = [
            "image", "build", "command", "entrypoint", "environment", "env_file", "ports", "volumes", "depends_on",
            "links", "healthcheck", "deploy", "mem_limit", "cpus", "stop_signal", "stop_grace_period", "profiles",
            "container_name", "hostname", "user",
        ]
        return (carried + reasons.keys + walls.keys + limits.keys + others).sorted()
    }
}
