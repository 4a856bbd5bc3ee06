import Basics
import DataSources
import Interfaces
import Planning
import StackModel
import Vault

extension LogShipping {
    /// Ships what was written behind the end of the log that the store has. The server keeps what it has written until then,
    /// so a part that was lost in the store is shipped anew while that is so.
    func ship(_ log: RedisLog, to shelf: inout LogShelf) async throws(ReportableError) {
        try await log.check()
        let lineage = try log.lineage()
        var start = try await start(of: log, lineage, shelf)
        if start == nil {
            try await makeBase()
            start = try await self.start(of: log, lineage, shelf)
        }
        // One is being made by somebody else.
        guard let start else { return }
        let news = try await log.news(from: start.place, known: start.known)
        if !news.pieces.isEmpty || isWanted || !start.isTold {
            try await add(news, from: start.place, of: log, lineage, to: &shelf)
        }
        try await log.remove(before: news.end)
        if let trouble = news.trouble { throw trouble }
    }

    private func add(
        _ news: RedisLog.News,
        from place: LogPlace,
        of log: RedisLog,
        _ lineage: String,
        to shelf: inout LogShelf
    ) async throws(ReportableError) {
        let identity = [
            LogFacts.lineage: lineage, LogFacts.from: place.text, LogFacts.to: news.end.text,
        ]
        // That nothing was written has to be said, too.
        let pieces = news.pieces.isEmpty ? [(place: news.end, size: 0)] : news.pieces
        let facts = facts(identity, until: news.until)
        try await add(pieces, as: facts, to: &shelf) { (piece, writer) throws(ReportableError) in
            try await writer.add(piece.place.pieceName, try await log.content(of: piece), isSecret: true)
        }
    }

    private struct Start {
        let place: LogPlace
        /// Up to when the log is known.
        let known: Instant
        /// Whether something tells of a moment behind the newest copy.
        let isTold: Bool
    }

    /// Where the log of the store ends; nil when the newest copy does not lead up to what the server has.
    private func start(of log: RedisLog, _ lineage: String, _ shelf: LogShelf) async throws(ReportableError) -> Start? {
        let logs = shelf.logs
        let windows = try await bases(of: lineage, in: shelf.vault).compactMap { BaseSet($0) }
            .map { RecoveryWindow(of: $0, among: logs) }
        guard let newest = windows.max(by: { $0.base.first < $1.base.first }),
            try await leadsOn(log, from: newest, shelf)
        else { return nil }
        var place = newest.reach
        // What was written between the last run and the newest copy belongs to the copies before it.
        for window in windows where window.reach < place {
            if try await leadsOn(log, from: window, shelf) { place = window.reach }
        }
        let known = windows.flatMap(\.logs).filter { $0.end <= place }.map(\.until).max()
        return Start(place: place, known: known ?? Instant(milliseconds: 0), isTold: newest.until != nil)
    }

    private func leadsOn(_ log: RedisLog, from window: RecoveryWindow, _ shelf: LogShelf)
        async throws(ReportableError) -> Bool
    {
        let id = window.logs.last { $0.end == window.reach && $0.first < $0.end }?.id
        let part = shelf.parts.first { $0.set.description == id }
        let pieces = part?.objects.compactMap { object in
            LogPlace(pieceName: object.name).map { (place: $0, size: object.plain.size, digest: object.plain.sha256) }
        }
        return try await log.leadsOn(from: window.reach, behind: pieces?.max { $0.place < $1.place })
    }
}
