import Basics
import StackModel

enum StackKeys {
    static let apiVersion = Key<APIVersion>(
        "apiVersion",
        .choice,
        isRequired: true,
        synonyms: ["version", "apiversion"],
        "The version of this format: slipway/v1."
    )
    static let stack = Key<StackName>(
        "stack",
        .name,
        isRequired: true,
        synonyms: ["name", "project"],
        "The name of the stack."
    )
    static let services = Key<[Service]>(
        "services",
        .named("service", by: ServiceName.self, .service) { name, service in
            var service = service
            service.name = name
            return service
        },
        isRequired: true,
        synonyms: ["apps", "containers"],
        "The parts of the stack, by name."
    )
    static let secrets = Key<[SecretDeclaration]>(
        "secrets",
        .named("secret", by: SecretName.self, .secret) { name, secret in
            var secret = secret
            secret.name = name
            if secret.kind == .given, secret.from == nil, secret.files == nil {
                secret.from = name.text.uppercased().replacing("-", with: "_")
            }
            return secret
        },
        default: "none",
        "The secrets of the stack, by name."
    )
    static let backups = Key<[BackupPolicy]>(
        "backups",
        .list(of: .backup, what: "policies"),
        default: "none",
        synonyms: ["backup"],
        "What is backed up, when and where to."
    )
    static let stores = Key<[Store]>(
        "stores",
        .named("store", by: StoreName.self, .store) { name, store in
            Store(name: name, location: store.location)
        },
        default: "none",
        "The places where backup sets live, by name."
    )
    static let objectives = Key<ServiceLevelObjectives>(
        "slo",
        .objectives,
        default: "none",
        synonyms: ["slos", "objectives"],
        "What the stack promises its users."
    )
    static let contacts = Key<[Contact]>(
        "contacts",
        .named("contact", by: ContactName.self, .contact) { name, contact in
            var contact = contact
            contact.name = name
            return contact
        },
        default: "nobody",
        synonyms: ["receivers", "oncall", "notify"],
        "Whom alerts are told to, by name."
    )
    static let environments = Key<[EnvironmentOverlay]>(
        "environments",
        .named("environment", by: EnvironmentName.self, .environment) { name, overlay in overlay },
        default: "one, `local`, on the process engine",
        synonyms: ["envs", "profiles"],
        "Where the stack runs. Each is laid over the rest: maps are merged, everything else is replaced, `null` removes."
    )

    static let table = KeyTable(
        title: "stack",
        meaning: "The whole file.",
        rules: [
            apiVersion.rule, stack.rule, services.rule, secrets.rule, backups.rule, stores.rule, objectives.rule,
            contacts.rule, environments.rule,
        ]
    )
}

enum APIVersion: String, CaseIterable, Sendable {
    case v1 = "slipway/v1"
}

/// What an environment has of its own.
struct EnvironmentOverlay: Sendable {
    var engine: EngineKind = .process
    var namespace: StackName?
    var kubernetes: KubernetesOptions?
}

enum EnvironmentKeys {
    static let engine = Key<EngineKind>(
        "engine",
        .choice,
        default: "process",
        synonyms: ["target", "runtime", "platform"],
        "What runs it: bare processes of this machine, Docker, or Kubernetes."
    )
    static let namespace = Key<StackName>(
        "namespace",
        .name,
        default: "the stack's name",
        synonyms: ["ns"],
        "The Kubernetes namespace."
    )

    static let kubernetes = Key<KubernetesOptions>(
        "kubernetes",
        .kubernetesOptions,
        default: "what the cluster has by default",
        synonyms: ["k8s", "cluster"],
        "What is particular to the cluster."
    )

    static let own = [engine.rule, namespace.rule, kubernetes.rule]
    static let laidOver = ["services", "secrets", "backups", "stores", "slo", "contacts"]

    static let table = KeyTable(
        title: "environment",
        meaning: "Where the stack runs, and what is different there. Maps are merged over the rest of the file, single "
            + "values and lists replace what stands there, and `null` removes it.",
        rules: own + StackKeys.table.rules.filter { laidOver.contains($0.name) }
    )
}

extension ValueType where Value == EnvironmentOverlay {
    static var environment: ValueType {
        // The table of an environment repeats the stack's, which has environments: the shape is tied by name.
        ValueType(shape: .environment) { node, key, reading in
            let node = node.isNull ? SpecNode(content: .map([]), place: node.place) : node
            guard
                let fields = Fields(
                    node,
                    table: EnvironmentKeys.table,
                    label: key,
                    place: node.place,
                    reading: reading
                )
            else { return nil }
            return EnvironmentOverlay(
                engine: fields[EnvironmentKeys.engine] ?? .process,
                namespace: fields[EnvironmentKeys.namespace],
                kubernetes: fields[EnvironmentKeys.kubernetes]
            )
        }
    }
}

/// All tables, in the order of the reference.
enum KeyTables {
    static let all = [
        StackKeys.table, AppKeys.table, VolumeKeys.table, SecurityKeys.table, HealthKeys.table, StopKeys.table,
        AutoscaleKeys.table,
        RedisKeys.table, PostgresKeys.table, PrometheusKeys.table, GrafanaKeys.table, EdgeKeys.table, RouteKeys.table,
        EdgeTLSKeys.table, RateLimitKeys.table, CircuitBreakerKeys.table, ResourceKeys.table, RolloutKeys.table,
        SecretKeys.table, BackupKeys.table, QuiesceKeys.table, RetentionKeys.table, StoreKeys.table, S3Keys.table,
        SFTPKeys.table, ObjectiveKeys.table, LatencyKeys.table, ContactKeys.table,
        EmailKeys.table, SlackKeys.table, PagerDutyKeys.table, WebhookKeys.table, EnvironmentKeys.table,
        KubernetesKeys.table, EgressKeys.table, DestinationKeys.table,
    ]

    /// Where a key that is unknown here is known.
    static func home(of key: String) -> String? {
        let homes = all.filter { $0.knows(key) && $0.title != "stack" }.map(\.title)
        guard (1...3).contains(homes.count) else { return nil }
        return "\(key) is a key of \(homes.joined(separator: ", "))."
    }
}
