import Basics

/// How the replicas of a service are replaced by new ones.
package struct Rollout: Hashable, Sendable, Codable {
    package enum Strategy: String, Hashable, Sendable, Codable, CaseIterable {
        /// A few at a time: new ones first, as far as `maxSurge` allows.
        case rolling
        /// All old ones stop, then all new ones start. For services that cannot overlap.
        case recreate
        /// A full second set beside the first, one switch of traffic, then the first set stops.
        case blueGreen
    }

    package enum FailureAction: String, Hashable, Sendable, Codable, CaseIterable {
        case rollback, pause
    }

    package var strategy: Strategy
    /// How many replicas may exist beyond the declared number.
    package var maxSurge: ReplicaBound
    /// How many of the declared number may be missing.
    package var maxUnavailable: ReplicaBound
    /// How long a new replica must stay ready without a break before it counts.
    package var healthyFor: TimeSpan
    /// How long requests in flight may take to finish once a replica gets no new ones.
    package var drain: TimeSpan
    /// How long one replica may take to become ready.
    package var deadline: TimeSpan
    package var onFailure: FailureAction

    package init(
        strategy: Strategy = .rolling,
        maxSurge: ReplicaBound = .count(1),
        maxUnavailable: ReplicaBound = .count(0),
        healthyFor: TimeSpan = .seconds(3),
        drain: TimeSpan = .seconds(15),
        deadline: TimeSpan = .seconds(120),
        onFailure: FailureAction = .rollback
    ) {
        self.strategy = strategy
        self.maxSurge = maxSurge
        self.maxUnavailable = maxUnavailable
        self.healthyFor = healthyFor
        self.drain = drain
        self.deadline = deadline
        self.onFailure = onFailure
    }
}

/// A number of replicas, or a share of the declared number: `1`, `25%`.
package enum ReplicaBound: TextCodable, Hashable, Sendable {
    case count(Int)
    case share(Percent)

    package init?(_ text: String) {
        if let share = Percent(text) {
            guard share.thousandths <= 100_000 else { return nil }
            self = .share(share)
        } else if text.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(text) {
            self = .count(count)
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .count(let count): "\(count)"
        case .share(let share): "\(share)"
        }
    }

    /// A surge is rounded up, so that a small share still allows progress (as Kubernetes does).
    package func roundedUp(of replicas: Int) -> Int {
        switch self {
        case .count(let count): count
        case .share(let share): (share.thousandths * replicas + 99_999) / 100_000
        }
    }

    /// An absence is rounded down, so that a small share never takes more than was allowed.
    package func roundedDown(of replicas: Int) -> Int {
        switch self {
        case .count(let count): count
        case .share(let share): share.thousandths * replicas / 100_000
        }
    }
}
