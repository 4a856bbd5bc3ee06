import Basics
import StackModel

enum KubernetesKeys {
    static let ingressClass = Key<String>(
        "ingressClass",
        .objectName,
        default: "the cluster's default",
        "The class of the Ingress."
    )
    static let gateway = Key<String>(
        "gateway",
        .objectName,
        default: "none: an Ingress is made",
        "The Gateway (Gateway API) that the routes are attached to, in place of an Ingress."
    )
    static let gatewayNamespace = Key<String>(
        "gatewayNamespace",
        .objectName,
        default: "that of the stack",
        "The namespace of the Gateway. Its listeners have to take routes of the stack's (`allowedRoutes`)."
    )
    static let gatewayListener = Key<String>(
        "gatewayListener",
        .objectName,
        default: "every listener that takes the routes, those without TLS too",
        synonyms: ["sectionName", "listener"],
        "The listener of the Gateway that the routes are attached to, such as `https`."
    )
    static let storageClass = Key<String>(
        "storageClass",
        .objectName,
        default: "the cluster's default",
        "The class of the volumes."
    )
    static let storageClasses = Key<[VolumeClass]>(
        "storageClasses",
        .named("service", by: ServiceName.self, .volumeClass) { VolumeClass(service: $0, name: $1.name) },
        default: "none: `storageClass` is for all",
        "The class of the volumes of single services, by their names: `storageClasses: {postgres: fast}`."
    )
    static let prometheusOperator = Key<Bool>(
        "prometheusOperator",
        .boolean,
        default: "false",
        synonyms: ["serviceMonitors"],
        "The Prometheus operator is there, with kube-state-metrics: exporters, ServiceMonitors and a PrometheusRule are "
            + "written for it, whether the stack has a Prometheus of its own or not."
    )
    static let priorityClass = Key<String>(
        "priorityClass",
        .objectName,
        default: "the cluster's default",
        synonyms: ["priorityClassName", "priority"],
        "The PriorityClass of Redis and Postgres: where a node runs short, what has a lower one goes first."
    )
    static let egress = Key<[AppEgress]>(
        "egress",
        .named("app", by: ServiceName.self, .appEgress) { name, egress in
            AppEgress(app: name, internet: egress.internet, destinations: egress.destinations)
        },
        default: "nothing",
        synonyms: ["outbound", "allowEgress"],
        "What apps may reach outside of the stack, by the app's name. Everything that does not stand here is denied."
    )

    static let table = KeyTable(
        title: "kubernetes",
        meaning: "What is particular to the cluster.",
        rules: [
            ingressClass.rule, gateway.rule, gatewayNamespace.rule, gatewayListener.rule, storageClass.rule,
            storageClasses.rule, prometheusOperator.rule, priorityClass.rule, egress.rule,
        ]
    )
}

extension ValueType where Value == KubernetesOptions {
    static var kubernetesOptions: ValueType {
        .table(KubernetesKeys.table) { fields in
            KubernetesOptions(
                ingressClass: fields[KubernetesKeys.ingressClass],
                gateway: fields[KubernetesKeys.gateway],
                gatewayNamespace: fields[KubernetesKeys.gatewayNamespace],
                gatewayListener: fields[KubernetesKeys.gatewayListener],
                storageClass: fields[KubernetesKeys.storageClass],
                storageClasses: fields[KubernetesKeys.storageClasses] ?? [],
                prometheusOperator: fields[KubernetesKeys.prometheusOperator] ?? false,
                priorityClass: fields[KubernetesKeys.priorityClass],
                egress: fields[KubernetesKeys.egress] ?? []
            )
        }
    }
}

extension ValueType where Value == VolumeClass {
    /// The service is filled in by the map it stands in.
    static var volumeClass: ValueType {
        let name = ValueType<String>.objectName
        return ValueType(shape: name.shape) { node, key, reading in
            name.read(node, key, reading).map { VolumeClass(service: "unnamed", name: $0) }
        }
    }
}

extension ValueType where Value == String {
    /// RFC 1123, as Kubernetes names most objects.
    static var objectName: ValueType {
        text("the name of an object of the cluster", pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$") { text in
            func isWord(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }
            guard let first = text.utf8.first, let last = text.utf8.last, text.utf8.count <= 253 else { return false }
            return isWord(first) && isWord(last) && text.utf8.allSatisfy { isWord($0) || $0 == 45 || $0 == 46 }
        }
    }
}
