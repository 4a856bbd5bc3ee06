import Archives
import Basics
import Interfaces
import StackModel

/// Opens a captured archive, and proves it by archiving again what came of it: the same to the byte.
struct FilesRestoration: Sendable {
    let target: DataPlace
    let runner: any DataRunner

    /// - Parameter folder: made here, as a whole or not at all.
    /// Throws `vaultDamaged` when the archive is not sound or not the one of the facts, `engineFailed` when the disk cannot
    /// hold it, `fileFailed`, and what `object` throws.
    func prepare(in folder: String, facts: FilesFacts, object: ObjectSource) async throws(ReportableError)
        -> ArchiveTally
    {
        try await Folder.make(folder)
        do throws(ReportableError) {
            try await SpareRoom.check([(folder, facts.bytes)], to: "restore the data of \(target.service)")
            let digest = try await extract(try await object(FilesFacts.archive), to: folder, facts)
            return try await compare(folder, with: digest, facts)
        } catch {
            await ScratchPlace.discard(folder, runner)
            throw error
        }
    }

    private func extract(_ archive: ByteStream, to folder: String, _ facts: FilesFacts)
        async throws(ReportableError) -> Digest
    {
        let tally = StreamTally()
        let stream = archive.tallied(tally)
        try await ArchiveReader.extract(
            stream,
            into: folder,
            limits: ArchiveLimits(entries: facts.entries, bytes: facts.bytes),
            owners: .moved((facts.user, facts.group), to: (target.owner.userID, target.owner.groupID))
        )
        // Whether the object is whole shows at its end.
        while try await stream.next() != nil {}
        return tally.digest
    }

    private func compare(_ folder: String, with digest: Digest, _ facts: FilesFacts)
        async throws(ReportableError) -> ArchiveTally
    {
        let (tally, count) = (StreamTally(), ArchiveTally())
        let again = ArchiveWriter.stream(
            of: folder,
            counting: count,
            owners: .moved((target.owner.userID, target.owner.groupID), to: (facts.user, facts.group))
        ).tallied(tally)
        while try await again.next() != nil {}
        guard tally.digest == digest, count.entries == facts.entries, count.bytes == facts.bytes else {
            throw ReportableError(
                .vaultDamaged,
                "the files of \(target.service) are not what was captured: \(count.entries) with \(count.bytes) bytes, "
                    + "of \(facts.entries) with \(facts.bytes)"
            )
        }
        return count
    }
}
