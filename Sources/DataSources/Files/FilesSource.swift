import Archives
import Basics
import Interfaces
import StackModel

/// Captures the directories of a service that has no server to ask: the volumes of an app, the blocks of a Prometheus.
///
/// They are read while the service writes. Each file is as it was when it was opened; what must agree across files is for
/// the service to bring to rest meanwhile.
package struct FilesSource: Sendable {
    let place: DataPlace

    package init(place: DataPlace) {
        self.place = place
    }

    /// - Parameter now: the moment that the set is said to hold.
    /// Throws `needsDecision` when far less is there than at the last time, `fileFailed` for what cannot be archived, and for
    /// a file that became shorter while it was read.
    package func capture(
        at now: Instant,
        since previous: FilesFacts? = nil,
        shrink: ShrinkGuard = ShrinkGuard(),
        to store: @escaping ObjectSink
    ) async throws(ReportableError) -> FilesFacts {
        let tally = ArchiveTally()
        let content = ArchiveWriter.stream(of: place.volume, counting: tally)
        try await store(CapturedObject(FilesFacts.archive, content))
        let facts = FilesFacts(
            takenAt: now,
            entries: tally.entries,
            bytes: tally.bytes,
            user: place.owner.userID,
            group: place.owner.groupID
        )
        // Only now it is known; without a manifest nothing of it counts.
        if let previous { try check(facts, since: previous, shrink) }
        return facts
    }

    /// What little there is comes and goes.
    private func check(_ facts: FilesFacts, since before: FilesFacts, _ shrink: ShrinkGuard) throws(ReportableError) {
        if before.entries >= Self.notable.files {
            try shrink.check("files", of: place.service.text, before: before.entries, now: facts.entries)
        }
        if before.bytes >= Self.notable.bytes {
            try shrink.check("bytes", of: place.service.text, before: before.bytes, now: facts.bytes)
        }
    }

    private static let notable = (files: 20, bytes: 1 << 20)
}
