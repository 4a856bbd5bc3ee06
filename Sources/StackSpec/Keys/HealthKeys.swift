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
        synonyms: ["ready", "readinessProbe", "path", "test"],
        "The path that answers 2xx while the replica can serve; it gets traffic only then."
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
