import Basics
import Interfaces
import StackModel

extension RedisRestoration {
    /// Puts the log behind the snapshot, up to the last command of the second before the wanted one, so that the server goes
    /// through it when it starts. `redis-check-aof --truncate-to-timestamp` would do the same, but for a log whose first
    /// second is too late already.
    func lay(
        _ replay: LogReplay,
        from facts: RedisFacts,
        in folder: String,
        _ keeping: RedisKeeping
    ) async throws(ReportableError) {
        guard keeping.appendOnly else {
            throw ReportableError(
                .needsDecision,
                "a moment of \(target.service) lies in its log, and it keeps none",
                hint: "Declare `persistence: [aof]` for it and deploy that, or restore a whole set with --from-set."
            )
        }
        guard let first = facts.firstPlace else {
            throw ReportableError(.vaultDamaged, "the set does not say where the log leads on from it")
        }
        let file = try await SpoolFile.create("\(folder)/\(keeping.appendFolder)/\(keeping.logFile)")
        var scan = AppendScan(from: 0, through: replay.until.milliseconds / 1000 - 1)
        var place = first
        for piece in replay.pieces where scan.cut == nil {
            try await lay(piece, of: replay, at: &place, in: file, &scan)
        }
        if let cut = scan.cut {
            try await file.cut(to: cut)
        } else if scan.border != file.size {
            throw ReportableError(.vaultDamaged, "the log ends in the middle of a command")
        }
        try await file.finish(for: target.owner)
    }

    private func lay(
        _ piece: LogReplay.Piece,
        of replay: LogReplay,
        at place: inout LogPlace,
        in file: SpoolFile,
        _ scan: inout AppendScan
    ) async throws(ReportableError) {
        guard let start = LogPlace(pieceName: piece.name) else {
            throw ReportableError(.vaultDamaged, "\(piece.name) is no part of a log")
        }
        guard start.file >= place.file else { return }
        if start.file > place.file { place = LogPlace(file: start.file) }
        guard start.offset <= place.offset else {
            throw ReportableError(.vaultDamaged, "what stands before \(piece.name) in the log is missing")
        }
        // What was shipped twice.
        var known = place.offset - start.offset
        guard known < piece.size else { return }
        let content = try await replay.content(piece)
        while let bytes = try await content.next() {
            let news = Array(bytes.dropFirst(known))
            known = max(0, known - bytes.count)
            do throws(ReportableError) {
                try scan.feed(news)
            } catch {
                throw ReportableError(.vaultDamaged, "\(piece.name): \(error.message)")
            }
            try await file.write(news)
        }
        place = LogPlace(file: start.file, offset: start.offset + piece.size)
    }
}
