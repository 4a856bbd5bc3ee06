import Basics
import Orchestration
import StackModel

/// `slipway status` as a person reads it.
struct StatusText {
    private let status: StackStatus
    private let now: Instant
    private let style: TextStyle

    init(_ status: StackStatus, now: Instant, style: TextStyle) {
        self.status = status
        self.now = now
        self.style = style
    }

    func render() -> String {
        ([headline, ""] + [table] + trouble + lastOperation).joined(separator: "\n")
    }

    private var headline: String {
        guard let release = status.release, let deployedAt = status.deployedAt else {
            return "\(style.bold(status.stack.description)): no release is current"
        }
        let by = status.deployedBy.map { " by \($0)" } ?? ""
        let words =
            "release \(release) (\(status.releaseDigest?.short ?? "-")), made "
            + "\(TimeText.age(deployedAt, at: now)) ago\(by)"
        return "\(style.bold(status.stack.description)): \(words)\(stopped)"
    }

    private var stopped: String {
        let (all, stopped) = (status.services.filter { $0.wanted > 0 }, status.stopped)
        guard !stopped.isEmpty else { return "" }
        let isWhole = all.allSatisfy { stopped.contains($0.name) }
        return isWhole ? ", stopped" : ", \(stopped.map(\.text).joined(separator: ", ")) stopped"
    }

    private var table: String {
        var table = TextTable("SERVICE", "REPLICA", "STATE", "TRAFFIC", "ADDRESS", "RELEASE", "UP", "RESTARTS")
        for service in status.services {
            for replica in service.replicas {
                table.add(
                    service.name.text,
                    replica.id.description,
                    state(of: replica),
                    traffic(of: replica),
                    address(of: replica, in: service),
                    "\(replica.release)",
                    uptime(of: replica),
                    "\(replica.restarts)"
                )
            }
            if service.replicas.isEmpty {
                table.add(service.name.text, "-", service.wanted == 0 ? "off" : "missing", "-", "-", "-", "-", "-")
            }
        }
        return table.render(style: TextStyle(color: false))
    }

    private func state(of replica: ObservedReplica) -> String {
        switch replica.state {
        case .running: replica.ready ? "ready" : "not ready"
        case .stopped: "stopped"
        case .failing: "failing"
        }
    }

    private func traffic(of replica: ObservedReplica) -> String {
        switch replica.traffic {
        case .none: "-"
        case .admitted: "yes"
        case .draining: "draining (\(replica.inFlight))"
        }
    }

    private func address(of replica: ObservedReplica, in service: StackStatus.ServiceStatus) -> String {
        if service.kind == "edge", let address = service.address {
            return "\(service.speaksTLS == true ? "https" : "http")://\(address)"
        }
        if let port = replica.port { return "127.0.0.1:\(port)" }
        return service.address.map(\.description) ?? "-"
    }

    private func uptime(of replica: ObservedReplica) -> String {
        guard replica.state == .running, let startedAt = replica.startedAt else { return "-" }
        return TimeText.age(startedAt, at: now)
    }

    private var trouble: [String] {
        var lines = status.drift.map { "\(style.red("drift:")) \($0)" }
        if let unfinished = status.unfinished {
            lines.append(
                "\(style.yellow("open:")) operation \(unfinished.id) (\(unfinished.reason)) since "
                    + TimeText.stamp(unfinished.startedAt)
                    + (status.ownerIsGone ? ": its process died; the next command goes on" : "")
            )
        }
        return lines.isEmpty ? [] : [""] + lines
    }

    private var lastOperation: [String] {
        guard let last = status.lastOperation else { return [] }
        return [
            "",
            "last: \(last.reason) (\(last.actor), \(TimeText.age(last.startedAt, at: now)) ago): "
                + OperationText.outcome(of: last, ownerIsGone: status.ownerIsGone),
        ]
    }
}
