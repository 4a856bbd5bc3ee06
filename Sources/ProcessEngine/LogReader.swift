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
        var tails: [ReplicaID: LogTail] = [:]
        let reader = self
        let (past, ends) = try await offPool { () -> ([LogLine], [ReplicaID: LogTail]) in reader.past() }
        tails = ends
        past.forEach(yield)
        while query.follow {
            do throws(ReportableError) { try await pause(Self.pollInterval) } catch { return }
            let before = tails
            let (fresh, after) = try await offPool { reader.fresh(since: before) }
            tails = after
            fresh.forEach(yield)
        }
    }

    /// Logs outlive their replicas: the folders decide, not what runs.
    private var replicas: [ReplicaID] {
        Disk.list(stack.logs).compactMap { ReplicaID($0) }.filter { id in
            (query.replica == nil || query.replica == id) && (query.service == nil || query.service == id.service)
        }
    }

    private func past() -> ([LogLine], [ReplicaID: LogTail]) {
        var lines: [LogLine] = []
        var tails: [ReplicaID: LogTail] = [:]
        for id in replicas {
            let files = LogFiles(stack.replica(id))
            for path in files.rotated(since: query.since) { lines += wanted(in: Disk.read(path) ?? [], of: id) }
            var tail = LogTail(path: files.current)
            lines += wanted(in: tail.readOn(), of: id)
            tails[id] = tail
        }
        lines.sort(by: Self.isEarlier)
        return (query.tail.map { Array(lines.suffix($0)) } ?? lines, tails)
    }

    private func fresh(since before: [ReplicaID: LogTail]) -> ([LogLine], [ReplicaID: LogTail]) {
        var lines: [LogLine] = []
        var tails = before
        for id in replicas {
            var tail = tails[id] ?? LogTail(path: LogFiles(stack.replica(id)).current)
            lines += wanted(in: tail.readOn(), of: id)
            tails[id] = tail
        }
        return (lines.sorted(by: Self.isEarlier), tails)
    }

    private func wanted(in content: [UInt8], of id: ReplicaID) -> [LogLine] {
        LogFiles.lines(in: content, of: id).filter { line in
            (query.since.map { line.time >= $0 } ?? true) && (query.containing.map { line.text.contains($0) } ?? true)
        }
    }

    private static func isEarlier(_ left: LogLine, _ right: LogLine) -> Bool {
        (left.time, left.replica) < (right.time, right.replica)
    }
}
