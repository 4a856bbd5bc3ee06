import Basics
import DataSources
import StackModel
import Vault

extension LogShipping {
    /// Of one set.
    private static let limit = 2000

    /// Ends the segment that is being written, and ships all that is archived. Where the server cannot archive any more,
    /// what it has archived is shipped all the same: that may be what fills its disk.
    func ship(_ log: PostgresLog, to shelf: inout LogShelf) async throws(ReportableError) {
        let state = try await log.state()
        let lineage = try log.lineage(state)
        let newest = shelf.parts.last { $0.identity[LogFacts.lineage] == lineage }
        let isIdle = newest?.identity[LogFacts.idle] == "\(state.nextTransaction)" && !isWanted
        if !isIdle || !log.spooled(state).isEmpty {
            let end: Result<PostgresLog.End, ReportableError>
            do throws(ReportableError) {
                end = .success(try await log.seal(state))
            } catch {
                end = .failure(error)
            }
            let known = newest?.captured.instant ?? Instant(milliseconds: 0)
            try await ship(log, state, lineage, until: try? end.get(), known, to: &shelf)
            _ = try end.get()
        }
        let bases = try await bases(of: lineage, in: shelf.vault)
        if !bases.contains(where: { [shelf] base in Self.leadsUp(base, in: shelf) }) { try await makeBase() }
    }

    /// A segment is removed once it was read back.
    private func ship(
        _ log: PostgresLog,
        _ state: PostgresLog.State,
        _ lineage: String,
        until end: PostgresLog.End?,
        _ known: Instant,
        to shelf: inout LogShelf
    ) async throws(ReportableError) {
        let spooled = log.spooled(state).filter { segment in
            guard let last = end?.last ?? state.current else { return false }
            return segment.timeline == last.timeline && segment <= last
        }
        var parts = LogSegment.runs(of: spooled, atMost: Self.limit)[...]
        while let segments = parts.popFirst() {
            // Only the last part leads to the end; up to where the others do was never asked.
            let end = parts.isEmpty ? end : nil
            var identity = ["system": state.systemIdentifier, LogFacts.lineage: lineage]
            identity[LogFacts.bytes] = "\(state.segmentBytes)"
            identity[LogFacts.first] = segments.first?.name
            identity[LogFacts.last] = segments.last?.name
            identity[LogFacts.idle] = end?.idle.map { "\($0)" }
            let facts = facts(identity, until: end?.until ?? known)
            try await add(segments, as: facts, to: &shelf) { (segment, writer) throws(ReportableError) in
                try await writer.add(segment.name, try await log.content(of: segment), isSecret: true)
            }
            try await log.remove(segments)
        }
    }
}
