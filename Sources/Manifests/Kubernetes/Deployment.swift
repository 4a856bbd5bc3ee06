import Basics
import StackModel

enum Deployment {
    /// How many earlier releases `kubectl rollout undo` can go back to.
    static let history = 5

    static func object(_ workload: Workload) -> ManifestValue {
        let service = workload.service
        let settled = service.rollout.healthyFor.wholeSeconds
        return [
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": workload.identity.metadata(),
            "spec": [
                // The autoscaler owns the number where there is one.
                "replicas": workload.autoscale == nil ? .integer(service.replicas) : nil,
                "revisionHistoryLimit": .integer(history),
                "minReadySeconds": .integer(settled),
                "progressDeadlineSeconds": .integer(service.rollout.deadline.wholeSeconds + settled + 1),
                "strategy": isAlone(workload) ? ["type": "Recreate"] : strategy(of: service.rollout),
                "selector": ["matchLabels": workload.identity.selector],
                "template": workload.pod.template,
            ],
        ]
    }

    /// A new pod on another node would wait for a volume that the old one holds, and the old one for the new.
    private static func isAlone(_ workload: Workload) -> Bool { workload.volumes.contains { !$0.isShared } }

    private static func strategy(of rollout: Rollout) -> ManifestValue {
        switch rollout.strategy {
        case .recreate: ["type": "Recreate"]
        case .rolling:
            rolling(
                surge: rollout.maxSurge.text(rounded: .up),
                unavailable: rollout.maxUnavailable.text(rounded: .down)
            )
        // The nearest there is: the whole second set first, but it gets traffic replica by replica.
        case .blueGreen: rolling(surge: "100%", unavailable: 0)
        }
    }

    private static func rolling(surge: ManifestValue, unavailable: ManifestValue) -> ManifestValue {
        ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": surge, "maxUnavailable": unavailable]]
    }
}

extension ReplicaBound {
    fileprivate enum Rounding {
        case up, down
    }

    /// A count is a number, a share a text in whole percent.
    fileprivate func text(rounded rounding: Rounding) -> ManifestValue {
        switch self {
        case .count(let count): .integer(count)
        case .share(let share): "\((share.thousandths + (rounding == .up ? 999 : 0)) / 1000)%"
        }
    }
}
