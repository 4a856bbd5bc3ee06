import Basics
import Orchestration
import StackModel

/// One line for each stack.
struct StackList {
    private let all: [StackStatus]
    private let now: Instant

    init(_ all: [StackStatus], now: Instant) {
        self.all = all
        self.now = now
    }

    func render(style: TextStyle) -> String {
        var table = TextTable("STACK", "RELEASE", "STATE", "READY", "LAST")
        for status in all {
            let replicas = status.services.flatMap(\.replicas)
            table.add(
                status.stack.description,
                status.release.map { "\($0)" } ?? "-",
                state(of: status),
                "\(replicas.count(where: \.ready))/\(status.services.reduce(0) { $0 + $1.wanted })",
                status.lastOperation.map(last) ?? "-"
            )
        }
        return table.render(style: style)
    }

    private func state(of status: StackStatus) -> String {
        if status.unfinished != nil { return "open" }
        if !status.drift.isEmpty { return "drift" }
        if status.release == nil { return "down" }
        guard !status.stopped.isEmpty else { return "healthy" }
        return status.services.allSatisfy { $0.wanted == 0 || status.stopped.contains($0.name) } ? "stopped" : "partly stopped"
    }

    private func last(_ operation: OperationOutline) -> String {
        "\(operation.reason) by \(operation.actor), \(TimeText.age(operation.startedAt, at: now)) ago"
    }
}
