import Basics
import Interfaces
import StackModel

/// Reads the logs of a stack's replicas, merged by time, and goes on reading where that is asked for.
struct LogReader: Sendable {
    let stack: StackFolder
    let query: LogQuery

    private static let pollInterval = TimeSpan(milliseconds: 200)

    /// Hands over line after line. Returns at the end, or, following, when the task is cancelled.
    func read(_ yield: @escaping @Sendable (LogLine) -> Void) async throws(ReportableError) {
        let reader = self
        var (lines, tails) = try await offPool { reader.readOn([:]) }
        (query.tail.map { Array(lines.suffix($0)) } ?? lines).forEach(yield)
        while query.follow {
            do throws(ReportableError) { try await pause(Self.pollInterval) } catch { return }
            let before = tails
            (lines, tails) = try await offPool { reader.readOn(before) }
            lines.forEach(yield)
        }
    }

    /// Logs outlive their replicas: the folders decide, not what runs.
    private var replicas: [ReplicaID] {
        Disk.list(stack.logs).compactMap { ReplicaID($0) }.filter { id in
            (query.replica == nil || query.replica == id) && (query.service == nil || query.service == id.service)
        }
    }

    /// What came since the last time, in the order of time; lines of one millisecond stay in the order they came.
    private func readOn(_ before: [ReplicaID: LogTail]) -> ([LogLine], [ReplicaID: LogTail]) {
        var lines: [LogLine] = []
        var tails = before
        for id in replicas {
            var tail = tails[id] ?? LogTail(directory: stack.replica(id).logs, since: query.since)
            lines += wanted(in: tail.readOn(), of: id)
            tails[id] = tail
        }
        let ordered = lines.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        return (ordered.map(\.element), tails)
    }

    private func wanted(in content: [UInt8], of id: ReplicaID) -> [LogLine] {
        LogFiles.lines(in: content, of: id).filter { line in
            (query.since.map { line.time >= $0 } ?? true) && (query.containing.map { line.text.contains($0) } ?? true)
        }
    }
}
