import StackModel

/// A rollout as `update_config` says it.
enum ComposeRollout {
    static func object(_ service: Service) -> ManifestValue {
        let rollout = service.rollout
        let surge = rollout.maxSurge.roundedUp(of: service.replicas)
        // What keeps data on a volume has one writer at any moment, and a port of the machine one owner.
        let isAlone = if case .app = service.kind { false } else { true }
        let overlaps = rollout.strategy != .recreate && !isAlone && surge > 0
        return [
            "parallelism": .integer(parallelism(of: service, overlaps ? surge : 0)),
            "order": overlaps ? "start-first" : "stop-first",
            "monitor": .text(ComposeDuration.text(rollout.healthyFor)),
            "failure_action": rollout.onFailure == .rollback ? "rollback" : "pause",
        ]
    }

    /// Nought is all at once.
    private static func parallelism(of service: Service, _ surge: Int) -> Int {
        switch service.rollout.strategy {
        case .rolling: max(surge, service.rollout.maxUnavailable.roundedDown(of: service.replicas), 1)
        case .recreate, .blueGreen: 0
        }
    }
}
