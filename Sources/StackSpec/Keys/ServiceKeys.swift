import Basics
import StackModel

/// Keys that several kinds of service have.
enum ServiceKeys {
    static let kind = Key<ServiceWord>(
        "kind",
        .choice,
        default: "app",
        synonyms: ["type"],
        "What the service is."
    )
    static let replicas = Key<Int>(
        "replicas",
        .integer(0...1000),
        default: "1, or the minimum of autoscale",
        synonyms: ["scale", "instances"],
        "How many of it run."
    )
    static let dependsOn = Key<[ServiceName]>(
        "dependsOn",
        .dependencies,
        default: "none",
        synonyms: ["needs", "after", "requires", "links"],
        "Services that must be ready before a replica of this one is started."
    )
    static let resources = Key<Resources>(
        "resources",
        .resources,
        default: "a process has no limits, a container those below",
        synonyms: ["limits", "requests", "deploy"],
        "What one replica may use."
    )
    static let rollout = Key<WrittenRollout>(
        "rollout",
        .rollout,
        synonyms: ["update_config", "updateStrategy", "strategy"],
        "How replicas are replaced by new ones."
    )
    static let optional = Key<Bool>(
        "optional",
        .boolean,
        default: "false",
        "A program that is not installed on the machine is a warning, not an error."
    )

    /// For every kind but `app`, whose image is its own.
    static let image = Key<String>(
        "image",
        .word,
        default: "the official one of a fixed version",
        "The image, on Docker and Kubernetes. Best with its digest."
    )

    static func storage(default size: ByteCount) -> Key<ByteCount> {
        Key(
            "storage",
            .size(atLeast: ByteCount(bytes: 1 << 20)),
            default: "\(size)",
            synonyms: ["volumes", "volume", "disk", "size"],
            "How much space its data gets. On the process engine only Prometheus keeps to it."
        )
    }

    /// Everything but `storage` and `optional`.
    static let common = [kind.rule, replicas.rule, dependsOn.rule, resources.rule, rollout.rule]
}

/// The words for `kind`.
enum ServiceWord: String, CaseIterable, Sendable {
    case app, redis, postgres, prometheus, grafana, edge

    var table: KeyTable {
        switch self {
        case .app: AppKeys.table
        case .redis: RedisKeys.table
        case .postgres: PostgresKeys.table
        case .prometheus: PrometheusKeys.table
        case .grafana: GrafanaKeys.table
        case .edge: EdgeKeys.table
        }
    }
}

extension ValueType where Value == [ServiceName] {
    static var dependencies: ValueType {
        let name = ValueType<ServiceName>.name
        let dependency = ValueType<ServiceName>(shape: name.shape) { node, key, reading in
            let service = name.read(node, key, reading)
            if let service { reading.mentions.add(.dependency(service), at: node.place, owner: reading.owner) }
            return service
        }
        return .list(of: dependency, what: "services")
    }
}

enum ResourceKeys {
    static let cpu = Key<MilliCores>(
        "cpu",
        .cores,
        default: "none for a process; for a container \(containers { $0.cpu.limit.description })",
        synonyms: ["cpus"],
        "Share of processors, `500m` is half of one."
    )
    static let memory = Key<ByteCount>(
        "memory",
        .size(atLeast: ByteCount(bytes: 4 << 20)),
        default: "none for a process; for a container \(containers { $0.memory.limit.description })",
        synonyms: ["mem", "mem_limit", "ram"],
        "Memory; a replica that wants more is killed."
    )

    /// What rendered sets say where the spec says nothing: that of an app, and of the kinds that have another.
    private static func containers(_ amount: (ContainerResources) -> String) -> String {
        let kinds: [(String, ContainerResources)] = [
            ("redis", .redis), ("postgres", .postgres), ("prometheus", .prometheus), ("grafana", .grafana),
            ("edge", .edge),
        ]
        let usual = amount(.app)
        let others = kinds.filter { amount($0.1) != usual }.map { "\(amount($0.1)) for \($0.0)" }
        return "\(usual) (\(others.joined(separator: ", ")))"
    }

    static let table = KeyTable(
        title: "resources",
        meaning: "What one replica may use.",
        rules: [cpu.rule, memory.rule]
    )
}

extension ValueType where Value == Resources {
    static var resources: ValueType {
        .table(ResourceKeys.table) { fields in
            Resources(cpu: fields[ResourceKeys.cpu], memory: fields[ResourceKeys.memory])
        }
    }
}
