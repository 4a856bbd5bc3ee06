import Basics
import StackModel

enum ObjectiveKeys {
    static let availability = Key<Percent>(
        "availability",
        .percent(1...99_999, "more than 0% and less than 100%"),
        default: "99.9% for alerts; none where only `errors` is promised",
        "The share of requests that must not fail, over 30 days. Somebody is woken when what may fail is used up much faster "
            + "than that (the alert SLOBurn)."
    )
    static let latency = Key<[LatencyObjective]>(
        "latency",
        .latency,
        default: "`p95: 1s` for alerts",
        "Upper bounds of latency quantiles. Missing one for ten minutes is a warning (HighLatency)."
    )
    static let errors = Key<Percent>(
        "errors",
        .percent(0...100_000, "from 0% to 100%"),
        default: "1% for alerts",
        synonyms: ["errorRate"],
        "The share of requests that may fail for five minutes before it is told (HighErrorRate, EdgeErrors): as a warning, "
            + "since `availability` is what wakes; where `errors` alone is promised, that wakes."
    )

    static let table = KeyTable(
        title: "slo",
        meaning: "What the stack promises its users, as alerts and dashboards measure it.",
        rules: [availability.rule, latency.rule, errors.rule]
    )
}

extension ValueType where Value == ServiceLevelObjectives {
    static var objectives: ValueType {
        .table(ObjectiveKeys.table) { fields in
            var objectives = ServiceLevelObjectives()
            fields.fill(&objectives.availability, ObjectiveKeys.availability)
            fields.fill(&objectives.latency, ObjectiveKeys.latency)
            fields.fill(&objectives.errors, ObjectiveKeys.errors)
            return objectives
        }
    }
}

enum LatencyKeys {
    /// Key and percentile, ascending. `p999` is 99.9 %, written 999.
    static let percentiles = [("p50", 50), ("p90", 90), ("p95", 95), ("p99", 99), ("p999", 999)]
    static let keys = percentiles.map { name, percentile in
        let share = percentile == 999 ? "99.9" : "\(percentile)"
        return (Key<TimeSpan>(name, .timeSpan, default: "none", "\(share) % of requests are faster."), percentile)
    }

    static let table = KeyTable(
        title: "latency",
        meaning: "Upper bounds of latency quantiles.",
        rules: keys.map(\.0.rule)
    )
}

extension ValueType where Value == [LatencyObjective] {
    static var latency: ValueType {
        .table(LatencyKeys.table) { fields in
            var objectives: [LatencyObjective] = []
            for (key, percentile) in LatencyKeys.keys {
                guard let bound = fields[key] else { continue }
                if let last = objectives.last, last.bound > bound {
                    fields.findings.error(
                        "\(key.name) \(fields.written(key)) is below the bound of a smaller quantile, \(last.bound)",
                        at: fields.place(of: key),
                        help: "A larger share of requests takes longer, not less."
                    )
                }
                objectives.append(LatencyObjective(percentile: percentile, bound: bound))
            }
            return objectives
        }
    }
}
