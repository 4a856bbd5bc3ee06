import Basics
import Interfaces
import StackModel

/// Hands over the lines of a log one at a time, as fast as they are taken.
actor LogFeed {
    private var reader: LogReader
    private var ready: ArraySlice<LogLine> = []
    /// How many of the last lines come first, until they have.
    private var tail: Int?
    private var isOver = false

    private static let pollInterval = TimeSpan(milliseconds: 200)

    init(_ stack: StackFolder, _ query: LogQuery) {
        self.reader = LogReader(stack: stack, query: query)
        self.tail = query.tail
    }

    /// Nil at the end; following, when the task is cancelled.
    func next() async throws(ReportableError) -> LogLine? {
        while ready.isEmpty {
            guard !Task.isCancelled, try await readOn() else { return nil }
        }
        return ready.popFirst()
    }

    /// False when there is nothing more to come.
    private func readOn() async throws(ReportableError) -> Bool {
        guard !isOver else { return false }
        let before = reader
        let isFollowing = reader.query.follow
        if let count = tail {
            tail = nil
            let (lines, after) = try await offPool { Self.last(count, before) }
            (reader, ready, isOver) = (after, lines[...], !isFollowing)
            return true
        }
        let (lines, after) = try await offPool { Self.next(before) }
        // Who writes all the time must not keep a reader for ever who wanted what was there.
        (reader, ready, isOver) = (after, lines[...], !isFollowing && after.isAtEnd)
        guard lines.isEmpty, isFollowing else { return true }
        do throws(ReportableError) { try await pause(Self.pollInterval) } catch { return false }
        return true
    }

    private static func last(_ count: Int, _ reader: LogReader) -> ([LogLine], LogReader) {
        var reader = reader
        return (reader.last(count), reader)
    }

    private static func next(_ reader: LogReader) -> ([LogLine], LogReader) {
        var reader = reader
        return (reader.next(), reader)
    }
}
