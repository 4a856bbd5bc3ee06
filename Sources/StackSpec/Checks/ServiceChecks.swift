import Basics
import StackModel

/// What must hold between the keys of one service.
struct ServiceChecks {
    let service: Service
    let stack: Stack
    let root: SpecNode
    let findings: Findings

    func run() {
        checkReplicas()
        checkRollout()
        switch service.kind {
        case .app(let app): check(app)
        case .redis(let redis): check(redis)
        case .postgres, .prometheus, .grafana, .edge, .exporter, .alertmanager: break
        }
    }

    private var name: String { service.name.text }

    private func place(_ key: String) -> Place { root.place("services", name, key) }

    private func checkReplicas() {
        if service.name == "config" {
            findings.error(
                "config is not a valid service name",
                at: root.place("services", name),
                help: "In `backups`, config is the stack's own configuration: choose another name."
            )
        }
        guard service.replicas > 1 else { return }
        if service.keepsData {
            findings.error(
                "\(service.kind.word) keeps data, so \(name) can have one replica, not \(service.replicas)",
                at: place("replicas"),
                help: "Two servers must never write to the same data."
            )
        } else if case .edge = service.kind, stack.engine == .process {
            findings.error(
                "an edge has one replica on the process engine, not \(service.replicas)",
                at: place("replicas")
            )
        }
    }

    private func checkRollout() {
        let rollout = service.rollout
        if service.keepsData, rollout.strategy != .recreate {
            findings.error(
                "\(service.kind.word) keeps data, so the strategy of \(name) can only be recreate, "
                    + "not \(rollout.strategy.rawValue)",
                at: root.place("services", name, "rollout", "strategy"),
                help: "Two servers must never write to the same data."
            )
        }
        if case .edge = service.kind, stack.engine == .process, rollout.strategy != .recreate {
            findings.error(
                "an edge has its port to itself, so its strategy can only be recreate, not \(rollout.strategy.rawValue)",
                at: root.place("services", name, "rollout", "strategy"),
                help: "Remove the strategy: changed routes are taken up without a restart."
            )
        }
        if rollout.healthyFor >= rollout.deadline {
            findings.error(
                "healthyFor \(written("healthyFor") ?? "\(rollout.healthyFor)") is not shorter than deadline "
                    + (written("deadline") ?? "\(rollout.deadline)"),
                at: root.place("services", name, "rollout", written("healthyFor") == nil ? "deadline" : "healthyFor"),
                help: "No replica could become ready in time."
            )
        }
        if rollout.strategy == .rolling { checkBounds(rollout) }
    }

    /// A value of the rollout as the person wrote it: they may have written 60s where we say 1m.
    private func written(_ key: String) -> String? {
        guard case .scalar(let scalar) = root["services"]?[name]?["rollout"]?[key]?.content else { return nil }
        return scalar.text
    }

    private func checkBounds(_ rollout: Rollout) {
        let replicas = max(service.replicas, 1)
        guard rollout.maxSurge.roundedUp(of: replicas) == 0, rollout.maxUnavailable.roundedDown(of: replicas) == 0
        else {
            return
        }
        let isShare = if case .share(let share) = rollout.maxUnavailable { share.thousandths > 0 } else { false }
        let why = isShare ? " (\(rollout.maxUnavailable) of \(replicas) is less than one)" : ""
        findings.error(
            "maxSurge \(rollout.maxSurge) and maxUnavailable \(rollout.maxUnavailable) leave no way to update \(name)"
                + why,
            at: root.place(
                "services",
                name,
                "rollout",
                written("maxUnavailable") == nil ? "maxSurge" : "maxUnavailable"
            ),
            help: "Allow one replica more or one less: `maxSurge: 1` or `maxUnavailable: 1`."
        )
    }

    private func check(_ app: App) {
        if let autoscale = app.autoscale { check(autoscale) }
        VolumeChecks(service: service.name, volumes: app.volumes ?? [], root: root, findings: findings).run()
        guard app.port == nil, root["services"]?[name]?.entry("port") == nil else { return }
        let probes = [("health", "liveness", app.health.liveness), ("health", "readiness", app.health.readiness)]
        for (table, key, path) in probes where path != nil {
            findings.error(
                "\(key) asks a port, and service \(name) has none",
                at: root.place("services", name, table, key),
                help: "Add `port: ...` to service \(name)."
            )
        }
        if app.metrics != nil {
            findings.error(
                "metrics are scraped from a port, and service \(name) has none",
                at: place("metrics"),
                help: "Add `port: ...` to service \(name)."
            )
        }
    }

    private func check(_ autoscale: Autoscale) {
        if autoscale.minimum > autoscale.maximum {
            findings.error(
                "min \(autoscale.minimum) is more than max \(autoscale.maximum)",
                at: root.place("services", name, "autoscale", "min")
            )
        } else if !(autoscale.minimum...autoscale.maximum).contains(service.replicas) {
            findings.error(
                "replicas \(service.replicas) is outside of autoscale, \(autoscale.minimum) to \(autoscale.maximum)",
                at: place("replicas"),
                help: "Remove replicas to begin with the minimum, or choose one in between."
            )
        }
    }

    private static let redisRoom =
        "What changes while Redis writes its data to disk is there twice: leave it more than as much again."

    private func check(_ redis: Redis) {
        if let limit = service.resources.memory, let data = redis.memory, data >= limit {
            findings.error(
                "memory \(data) for data is not less than the limit \(limit) of the replica",
                at: place("memory"),
                help: Self.redisRoom
            )
        } else if let limit = service.resources.memory, let data = redis.memory, data.bytes > limit.bytes / 2 {
            findings.warning(
                "memory \(data) for data is more than half of the limit \(limit): the kernel may end \(name) while it saves",
                at: place("memory"),
                help: Self.redisRoom
            )
        }
        if let storage = service.storage, let data = redis.memory, !redis.persistence.isEmpty, storage < data {
            findings.error(
                "storage \(storage) cannot hold \(data) of data",
                at: place("storage"),
                help: "Give it at least twice as much as memory: the files are rewritten side by side."
            )
        }
        if Set(redis.persistence).count < redis.persistence.count {
            findings.error("persistence names one way twice", at: place("persistence"))
        }
    }
}
