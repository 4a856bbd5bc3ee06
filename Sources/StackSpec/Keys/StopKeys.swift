import Basics
import StackModel

enum StopKeys {
    private static let model = StopRule()

    static let signal = Key<StopRule.Signal>(
        "signal",
        .choice,
        default: model.signal.rawValue,
        synonyms: ["stop_signal", "stopSignal"],
        "What asks it to end."
    )
    static let grace = Key<TimeSpan>(
        "grace",
        .timeSpan(zero: true, atMost: .seconds(86400)),
        default: "\(model.grace)",
        synonyms: ["timeout", "period", "stop_grace_period", "stopGracePeriod", "terminationGracePeriodSeconds"],
        "How long it may take to end, after its requests are drained; then it is killed with all that it started."
    )

    static let table = KeyTable(
        title: "stop",
        meaning: "How a replica is asked to end, and how long it may take.",
        rules: [signal.rule, grace.rule]
    )
}

extension ValueType where Value == StopRule {
    static var stop: ValueType {
        .table(StopKeys.table) { fields in
            var rule = StopRule()
            fields.fill(&rule.signal, StopKeys.signal)
            fields.fill(&rule.grace, StopKeys.grace)
            return rule
        }
    }
}
