import Basics
import StackModel

enum RolloutKeys {
    private static let model = Rollout()

    static let strategy = Key<Rollout.Strategy>(
        "strategy",
        .choice,
        default: "rolling; recreate where two replicas cannot run at once",
        "`rolling` replaces a few replicas at a time, `recreate` stops all and starts all, `blueGreen` starts a full "
            + "second set and switches the traffic once."
    )
    static let maxSurge = Key<ReplicaBound>(
        "maxSurge",
        .bound,
        default: "\(model.maxSurge)",
        synonyms: ["max_surge", "surge"],
        "How many replicas may exist beyond the declared number."
    )
    static let maxUnavailable = Key<ReplicaBound>(
        "maxUnavailable",
        .bound,
        default: "\(model.maxUnavailable)",
        "How many of the declared number may be missing."
    )
    static let healthyFor = Key<TimeSpan>(
        "healthyFor",
        .timeSpan(zero: true, atMost: .seconds(86400)),
        default: "\(model.healthyFor)",
        synonyms: ["minReadySeconds", "monitor"],
        "How long a new replica must stay ready without a break before it counts."
    )
    static let drain = Key<TimeSpan>(
        "drain",
        .timeSpan(zero: true, atMost: .seconds(86400)),
        default: "\(model.drain)",
        synonyms: ["drainTimeout", "drain_timeout"],
        "How long requests in flight may take to finish once a replica gets no new ones."
    )
    static let deadline = Key<TimeSpan>(
        "deadline",
        .timeSpan(atMost: .seconds(86400)),
        default: "\(model.deadline)",
        synonyms: ["timeout", "progressDeadlineSeconds", "deployTimeout"],
        "How long one replica may take to become ready."
    )
    static let onFailure = Key<Rollout.FailureAction>(
        "onFailure",
        .choice,
        default: model.onFailure.rawValue,
        synonyms: ["failure_action"],
        "`rollback` goes back to the previous release, `pause` leaves everything as it is and asks."
    )

    static let table = KeyTable(
        title: "rollout",
        meaning: "How the replicas of a service are replaced by new ones.",
        rules: [
            strategy.rule, maxSurge.rule, maxUnavailable.rule, healthyFor.rule, drain.rule, deadline.rule,
            onFailure.rule,
        ]
    )
}

/// A rollout as far as it is written: what is not depends on the service.
struct WrittenRollout: Sendable {
    var strategy: Rollout.Strategy?
    var rollout = Rollout()
}

extension ValueType where Value == WrittenRollout {
    static var rollout: ValueType {
        .table(RolloutKeys.table) { fields in
            var written = WrittenRollout(strategy: fields[RolloutKeys.strategy])
            fields.fill(&written.rollout.maxSurge, RolloutKeys.maxSurge)
            fields.fill(&written.rollout.maxUnavailable, RolloutKeys.maxUnavailable)
            fields.fill(&written.rollout.healthyFor, RolloutKeys.healthyFor)
            fields.fill(&written.rollout.drain, RolloutKeys.drain)
            fields.fill(&written.rollout.deadline, RolloutKeys.deadline)
            fields.fill(&written.rollout.onFailure, RolloutKeys.onFailure)
            return written
        }
    }
}
