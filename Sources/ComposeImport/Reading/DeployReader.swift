import Basics
import StackModel
import StackSpec

/// How many replicas run, what each may take, and how they are replaced: `deploy`, and the older keys beside it.
struct DeployReader {
    let scalars: Scalars
    let draft: Draft

    private var report: Report { scalars.report }
    private var deploy: SpecNode? { draft.node["deploy"] }
    private var path: String { "\(draft.path).deploy" }

    /// Nil where nothing is written.
    func replicas() -> Int? {
        let entry = draft.take("scale")
        guard let node = deploy?["replicas"] ?? entry?.value else { return nil }
        guard let text = scalars.plain(node, "\(path).replicas") else { return nil }
        guard let count = Int(text), (0...1000).contains(count) else {
            report.leftOut("\(path).replicas", at: node.place, "it is not a number of at most 1000")
            return nil
        }
        return count
    }

    func resources() -> [SpecLine] {
        let limits = deploy?["resources"]?["limits"]
        var lines: [SpecLine] = []
        let cpus = draft.take("cpus")?.value
        if let node = limits?["cpus"] ?? cpus, let text = scalars.plain(node, "\(path).resources.limits.cpus") {
            if let cores = ComposeUnits.cores(text) {
                lines.append(
                    SpecLine(
                        "cpu",
                        cores.thousandths % 1000 == 0 ? .number(cores.thousandths / 1000) : .text("\(cores)")
                    )
                )
            } else {
                report.leftOut("\(draft.path).cpus", at: node.place, "it is not a number of processors")
            }
        }
        if let memory = memory() { lines.append(SpecLine("memory", .text("\(memory)"))) }
        return lines
    }

    func memory() -> ByteCount? {
        let entry = draft.take("mem_limit")
        guard let node = deploy?["resources"]?["limits"]?["memory"] ?? entry?.value,
            let text = scalars.plain(node, "\(path).resources.limits.memory")
        else { return nil }
        if let size = ComposeUnits.size(text) { return size }
        report.leftOut("\(draft.path).mem_limit", at: node.place, "it is not a size")
        return nil
    }

    /// What of `deploy` was not looked at. For a kind that has one replica, neither their number nor the way they are
    /// replaced counts.
    func leaveOthers(isApp: Bool) {
        if !isApp, let scale = draft.node.entry("scale"), replicas() != 1 {
            report.leftOut(
                "\(draft.path).scale",
                at: scale.keyPlace,
                "a \(draft.role.kind ?? "service") has one replica"
            )
        }
        guard draft.take("deploy") != nil, let deploy else { return }
        let alone = LeftOutReason(
            "a \(draft.role.kind ?? "service") has one replica, which is stopped before the next one starts"
        )
        var reasons = [
            "restart_policy": .restart,
            "rollback_config": LeftOutReason("the way back is the way there, with the release before"),
            "mode": LeftOutReason("a service has `replicas`, wherever they run"),
            "placement": LeftOutReason("where replicas run is up to the engine"),
            "labels": LeftOutReason("a spec has no labels"),
            "endpoint_mode": LeftOutReason("requests come by the edge"),
        ]
        if !isApp { (reasons["replicas"], reasons["update_config"]) = (alone, alone) }
        var known: Set = ["resources"]
        if isApp || replicas() == 1 { known.insert("replicas") }
        if isApp { known.insert("update_config") }
        if let policy = deploy["restart_policy"], draft.isJob || isAlways(policy) { known.insert("restart_policy") }
        if let mode = deploy["mode"], case .scalar(let scalar) = mode.content, scalar.text == "replicated" {
            known.insert("mode")
        }
        scalars.leaveOthers(deploy, known, path, reasons)
        guard let resources = deploy["resources"] else { return }
        let kept = LeftOutReason("what is limited is also kept: there is one number for both")
        scalars.leaveOthers(resources, ["limits"], "\(path).resources", ["reservations": kept])
        if let limits = resources["limits"] {
            scalars.leaveOthers(limits, ["cpus", "memory"], "\(path).resources.limits", ["pids": .limit])
        }
    }

    /// As it is anyway.
    private func isAlways(_ policy: SpecNode) -> Bool {
        guard let entries = policy.entries else { return false }
        return entries.allSatisfy { entry in
            guard entry.key == "condition", case .scalar(let scalar) = entry.value.content else { return false }
            return scalar.text == "any"
        }
    }

    /// `update_config` in the words of a rollout.
    func rollout() -> [SpecLine] {
        guard let update = deploy?["update_config"] else { return [] }
        let path = "\(path).update_config"
        scalars.leaveOthers(
            update,
            ["parallelism", "order", "failure_action", "monitor"],
            path,
            [
                "delay": LeftOutReason("the next replica follows when this one was ready for `healthyFor`"),
                "max_failure_ratio": LeftOutReason("one replica that does not get ready ends the rollout"),
            ]
        )
        return bounds(update, path) + times(update, path) + end(update, path)
    }

    private func bounds(_ update: SpecNode, _ path: String) -> [SpecLine] {
        let text = update["parallelism"].flatMap { scalars.plain($0, "\(path).parallelism") } ?? "1"
        guard let count = Int(text), (0...1000).contains(count) else { return [] }
        let stopsFirst = update["order"].flatMap { scalars.plain($0, "\(path).order") }.map { $0 == "stop-first" }
        if stopsFirst == nil {
            report.changed(path, at: update.place, "new replicas are started before old ones are stopped")
        }
        if stopsFirst == true {
            return count == 0
                ? [SpecLine("strategy", .text("recreate"))]
                : [SpecLine("maxSurge", .number(0)), SpecLine("maxUnavailable", .number(count))]
        }
        return count == 1 ? [] : [SpecLine("maxSurge", count == 0 ? .text("100%") : .number(count))]
    }

    private func times(_ update: SpecNode, _ path: String) -> [SpecLine] {
        guard let node = update["monitor"], let text = scalars.plain(node, "\(path).monitor") else { return [] }
        guard let span = ComposeUnits.time(text), span > TimeSpan(milliseconds: 0), span < .seconds(120) else {
            report.leftOut("\(path).monitor", at: node.place, "`healthyFor` has to be shorter than the deadline of 2m")
            return []
        }
        return [SpecLine("healthyFor", .text("\(span)"))]
    }

    private func end(_ update: SpecNode, _ path: String) -> [SpecLine] {
        guard let node = update["failure_action"], let text = scalars.plain(node, "\(path).failure_action") else {
            return []
        }
        switch text {
        case "rollback": return []
        case "pause": return [SpecLine("onFailure", .text("pause"))]
        default:
            report.leftOut("\(path).failure_action", at: node.place, "a rollout that fails goes back, or pauses")
            return []
        }
    }

    /// How a replica is asked to end.
    func stop() -> [SpecLine] {
        var lines: [SpecLine] = []
        if let entry = draft.take("stop_signal"), let text = scalars.plain(entry.value, "\(draft.path).stop_signal") {
            let name = text.hasPrefix("SIG") ? String(text.dropFirst(3)) : text
            if StopRule.Signal(rawValue: name) == nil {
                let known = StopRule.Signal.allCases.map(\.rawValue).joined(separator: ", ")
                report.leftOut("\(draft.path).stop_signal", at: entry.valuePlace, "a spec knows \(known)")
            } else {
                lines.append(SpecLine("signal", .text(name)))
            }
        }
        if let entry = draft.take("stop_grace_period"),
            let text = scalars.plain(entry.value, "\(draft.path).stop_grace_period")
        {
            if let span = ComposeUnits.time(text), span <= .seconds(86400) {
                lines.append(SpecLine("grace", .text("\(span)")))
            } else {
                report.leftOut(
                    "\(draft.path).stop_grace_period",
                    at: entry.valuePlace,
                    "it is not a length of time up to a day"
                )
            }
        }
        return lines
    }
}
