import Basics
import Interfaces
import StackModel

/// Reads the logs of a stack's replicas, merged by time, a piece of each at a time: however long the logs, it holds
/// one piece per replica, and reads on only when what it read was taken.
struct LogReader: Sendable {
    let stack: StackFolder
    let query: LogQuery

    private struct Source: Sendable {
        let id: ReplicaID
        var tail: LogTail
        /// Read and not handed over yet.
        var lines: ArraySlice<LogLine> = []
        /// There was nothing more when it was looked at last.
        var isAtEnd = false
    }

    private var sources: [Source] = []

    init(stack: StackFolder, query: LogQuery) {
        self.stack = stack
        self.query = query
    }

    /// All that was there was read and handed over.
    var isAtEnd: Bool { sources.allSatisfy { $0.isAtEnd && $0.lines.isEmpty } }

    /// The last `count` lines of all that are wanted; what comes after them is read by `next`.
    mutating func last(_ count: Int) -> [LogLine] {
        findSources()
        var rewinds = sources.indices.map { index in
            let ends = sources[index].tail.skipToEnd()
            return (LogRewind(directory: sources[index].tail.directory, from: ends), lines: [LogLine]()[...])
        }
        var found: [LogLine] = []
        while found.count < count {
            for index in rewinds.indices where rewinds[index].lines.isEmpty {
                rewinds[index].lines = earlier(&rewinds[index].0, of: sources[index].id)
            }
            let times = rewinds.indices.compactMap { index in rewinds[index].lines.last.map { ($0.time, index) } }
            guard let latest = times.max(by: <), let line = rewinds[latest.1].lines.popLast() else { break }
            found.append(line)
        }
        return found.reversed()
    }

    /// The next lines in the order of time. Empty when all that was there is read; asked again, it looks for more.
    mutating func next() -> [LogLine] {
        if sources.allSatisfy(\.isAtEnd) { findSources() }
        for index in sources.indices where sources[index].lines.isEmpty && !sources[index].isAtEnd { refill(index) }
        var lines: [LogLine] = []
        while true {
            let times = sources.indices.compactMap { index in sources[index].lines.first.map { ($0.time, index) } }
            guard let (_, earliest) = times.min(by: <), let line = sources[earliest].lines.popFirst() else { break }
            lines.append(line)
            // Its next line may come before those of the others.
            if sources[earliest].lines.isEmpty && !sources[earliest].isAtEnd { break }
        }
        return lines
    }

    /// Logs outlive their replicas: the folders decide, not what runs.
    private mutating func findSources() {
        for index in sources.indices { sources[index].isAtEnd = false }
        for id in Disk.list(stack.logs).compactMap({ ReplicaID($0) }).sorted() {
            guard query.replica == nil || query.replica == id, query.service == nil || query.service == id.service,
                !sources.contains(where: { $0.id == id })
            else { continue }
            sources.append(Source(id: id, tail: LogTail(directory: stack.replica(id).logs, since: query.since)))
        }
    }

    private mutating func refill(_ index: Int) {
        while sources[index].lines.isEmpty {
            let content = sources[index].tail.readOn()
            guard !content.isEmpty else {
                sources[index].isAtEnd = true
                return
            }
            sources[index].lines = wanted(in: content, of: sources[index].id)[...]
        }
    }

    private func earlier(_ rewind: inout LogRewind, of id: ReplicaID) -> ArraySlice<LogLine> {
        while true {
            let content = rewind.readOn()
            let lines = wanted(in: content, of: id)
            if content.isEmpty || !lines.isEmpty { return lines[...] }
            // Everything before is older still.
            if let since = query.since, let first = LogFiles.time(of: content[...]), first < since { return [] }
        }
    }

    private func wanted(in content: [UInt8], of id: ReplicaID) -> [LogLine] {
        LogFiles.lines(in: content, of: id, since: query.since).filter { line in
            query.containing.map { line.text.contains($0) } ?? true
        }
    }
}
