import Basics
import StackSpec

/// Reads `healthcheck`.
struct HealthReader {
    let scalars: Scalars

    func read(into draft: Draft) {
        guard let entry = draft.take("healthcheck") else { return }
        let node = entry.value
        let path = "\(draft.path).healthcheck"
        if node["disable"].flatMap(scalars.flag) == true { return disabled(path, at: entry.keyPlace) }
        leaveOthers(node, path)
        guard let test = node["test"] else {
            let help = "Write the check into the spec: `health: {readiness: /path}` or `health: {command: [...]}`."
            return scalars.report.leftOut(
                path,
                at: entry.keyPlace,
                "the command stands in the image, not here",
                help: help
            )
        }
        guard var health = command(test, "\(path).test") else { return }
        // What Compose means where the file says nothing; a spec asks more often, and waits less long.
        health.interval = node["interval"] == nil ? Self.usual : time(node, "interval", path)
        health.timeout = node["timeout"] == nil ? Self.usual : time(node, "timeout", path)
        draft.health = health
    }

    private static let usual = TimeSpan.seconds(30)

    private func disabled(_ path: String, at place: Place) {
        scalars.report.leftOut(
            path,
            at: place,
            "a service without a `health` is ready when its port accepts connections"
        )
    }

    private func leaveOthers(_ node: SpecNode, _ path: String) {
        let patience = LeftOutReason(
            "a replica has `rollout.deadline` (2m) to become ready, and failures count only after that",
            "Set `rollout: {deadline: 5m}` for a slow start."
        )
        let reasons = [
            "retries": LeftOutReason(
                "how many count is fixed: two failed checks in a row take a replica out of an edge's traffic, three out of a"
                    + " cluster's, and one good one brings it back"
            ),
            "start_period": patience, "start_interval": patience,
        ]
        scalars.leaveOthers(node, ["test", "interval", "timeout", "disable"], path, reasons)
    }

    private func command(_ node: SpecNode, _ path: String) -> ComposeHealth? {
        guard let items = node.elements else {
            guard let text = scalars.text(node, path), text != "NONE" else { return nil }
            return ComposeHealth(command: [text], isShell: true, place: node.place)
        }
        var words = scalars.texts(node, path).map(\.text)
        guard words.count == items.count, !words.isEmpty else { return nil }
        switch words.removeFirst() {
        case "NONE":
            disabled(path, at: node.place)
            return nil
        case "CMD" where !words.isEmpty: return ComposeHealth(command: words, isShell: false, place: node.place)
        case "CMD-SHELL" where words.count == 1:
            return ComposeHealth(command: words, isShell: true, place: node.place)
        default:
            scalars.report.error("\(path) must begin with CMD, CMD-SHELL or NONE", at: node.place)
            return nil
        }
    }

    private func time(_ node: SpecNode, _ key: String, _ path: String) -> TimeSpan? {
        guard let value = node[key], let text = scalars.plain(value, "\(path).\(key)") else { return nil }
        guard let span = ComposeUnits.time(text), (1...3_600_000).contains(span.milliseconds) else {
            scalars.report.leftOut("\(path).\(key)", at: value.place, "it is not a length of time up to an hour")
            return nil
        }
        return span
    }
}
