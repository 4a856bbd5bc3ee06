import Basics
import StackModel

enum AutoscaleKeys {
    static let min = Key<Int>(
        "min",
        .integer(1...1000),
        isRequired: true,
        synonyms: ["minReplicas", "minimum"],
        "The fewest replicas, at least one: what has none has no load by which to begin."
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
