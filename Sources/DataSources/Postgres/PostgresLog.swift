import Basics
import Glibc
import Interfaces
import StackModel

/// The log that a Postgres archives: whole segments in a folder beside its cluster, where they stay until they are in a
/// vault. The folder goes where the cluster goes, so it never holds the log of another one.
package struct PostgresLog: Sendable {
    let access: DataAccess
    let runner: any DataRunner
    /// How long the server may take to archive a segment.
    let patience: Duration

    package init(_ access: DataAccess, _ runner: any DataRunner, patience: Duration = .seconds(60)) {
        self.access = access
        self.runner = runner
        self.patience = patience
    }

    /// Where the server stands.
    package struct State: Hashable, Sendable, Decodable {
        package let systemIdentifier: String
        package let segmentBytes: Int
        let archives: Bool
        /// That is being written.
        let segment: String
        /// By the server's clock.
        package let now: Instant
        /// Of the next transaction that writes, and of the oldest that still does: equal when none does.
        package let nextTransaction: Int
        let oldestTransaction: Int

        package var current: LogSegment? { LogSegment(segment, bytes: segmentBytes) }
    }

    /// How far the log is archived.
    package struct End: Hashable, Sendable {
        /// Whatever was committed until then is in it, and something later is, too: who looks for this moment finds its end.
        package let until: Instant
        package let last: LogSegment
        /// The number of the next transaction, where nothing is written in it while that stays; nil where one was under way.
        package let idle: Int?
    }

    private var client: PostgresClient { PostgresClient(access, runner) }

    static let folder = "wal"

    private var folder: String { "\(access.volume)/\(Self.folder)" }

    /// Throws `needsDecision` when the server archives nothing.
    package func state() async throws(ReportableError) -> State {
        let states: [State] = try await client.rows(PostgresQueries.log, in: "postgres")
        guard let state = states.first, state.current != nil else {
            throw ReportableError(.engineFailed, "\(access.service) does not tell where its log stands")
        }
        guard state.archives else {
            throw ReportableError(
                .needsDecision,
                "\(access.service) does not archive its log",
                hint: "`slipway plan` shows what differs from the release; `slipway deploy` starts it as declared."
            )
        }
        return state
    }

    /// Tells this log from every other one. A cluster that was restored twice writes segments of the same names, so the
    /// directory counts, too, which stays what it is wherever a restore or its undoing puts it.
    package func lineage(_ state: State) throws(ReportableError) -> String {
        guard let folder = FolderIdentity(of: access.volume), let segment = state.current else {
            throw Folder.failure("look at", access.volume)
        }
        return "\(state.systemIdentifier)-\(segment.timeline)-\(folder.inode)-\(folder.born)"
    }

    /// Ends the segment that is being written, and waits until it is archived.
    package func seal(_ state: State) async throws(ReportableError) -> End {
        struct Sealed: Decodable {
            let marker: Int
            let last: String
        }
        let rows: [Sealed] = try await client.rows(PostgresQueries.seal, in: "postgres")
        guard let row = rows.first, let last = LogSegment(row.last, bytes: state.segmentBytes) else {
            throw ReportableError(.engineFailed, "\(access.service) does not tell which part of its log has ended")
        }
        try await awaitArchived(last)
        let isQuiet = state.oldestTransaction == row.marker
        return End(until: state.now, last: last, idle: isQuiet ? row.marker + 1 : nil)
    }

    private func awaitArchived(_ segment: LogSegment) async throws(ReportableError) {
        let deadline = ContinuousClock.now.advanced(by: patience)
        while !Folder.exists("\(folder)/\(segment.name)") {
            guard ContinuousClock.now < deadline else { throw try await failure(segment) }
            do {
                try await Task.sleep(for: .milliseconds(50))
            } catch {
                throw ReportableError(.interrupted, "the archiving of \(segment.name) was interrupted")
            }
        }
    }

    private func failure(_ segment: LogSegment) async throws(ReportableError) -> ReportableError {
        // One that failed once and was archived since is no news.
        let query = """
            SELECT to_json(CASE WHEN last_failed_time > coalesce(last_archived_time, '-infinity')
                THEN last_failed_wal ELSE '' END) FROM pg_catalog.pg_stat_archiver;
            """
        let failed: [String] = try await client.rows(query, in: "postgres")
        let why = failed.first.flatMap { $0.isEmpty ? nil : ": it fails with \($0)" } ?? " in time"
        return ReportableError(
            .engineFailed,
            "\(access.service) does not archive its log\(why)",
            hint: "Its own words: `slipway logs --service \(access.service)`. It keeps what is not archived, so its "
                + "disk fills up."
        )
    }

    // MARK: - What is archived

    /// The segments that lie there, in their order.
    package func spooled(_ state: State) -> [LogSegment] {
        guard isFolder else { return [] }
        return Folder.names(in: folder, beginning: "").compactMap { LogSegment($0, bytes: state.segmentBytes) }.sorted()
    }

    package func content(of segment: LogSegment) async throws(ReportableError) -> ByteStream {
        let file = try await SpoolFile.open("\(folder)/\(segment.name)")
        guard file.size == segment.bytes else {
            throw ReportableError(.engineFailed, "the archived \(segment.name) of \(access.service) is not whole")
        }
        return file.content
    }

    /// Of those that are in a vault, with the labels that copies of the cluster have left there.
    package func remove(_ segments: [LogSegment]) async throws(ReportableError) {
        guard isFolder else { return }
        let labels = Folder.names(in: folder, beginning: "0").filter { $0.hasSuffix(".backup") }
        let folder = folder
        try await offPool { () throws(ReportableError) in
            for name in segments.map(\.name) + labels {
                let path = "\(folder)/\(name)"
                guard unlink(path) == 0 || errno == ENOENT else { throw Folder.failure("remove", path) }
            }
        }
    }

    /// The server could put a link in its place.
    private var isFolder: Bool {
        var status = stat()
        return lstat(folder, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
