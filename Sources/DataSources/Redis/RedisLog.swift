import Basics
import FoundationEssentials
import Glibc
import Interfaces
import StackModel

/// The append-only file of a Redis as the log that it is: what was written, second by second. A rewrite begins another file
/// and keeps those before it (`aof-disable-auto-gc`), where they stay until they are in a vault.
package struct RedisLog: Sendable {
    let access: DataAccess
    let runner: any DataRunner
    /// How long what the server still has to write is waited for.
    let patience: Duration

    package init(_ access: DataAccess, _ runner: any DataRunner, patience: Duration = .seconds(1)) {
        self.access = access
        self.runner = runner
        self.patience = patience
    }

    /// What is new, and how far it leads.
    package struct News: Sendable {
        /// Where each begins, and how many bytes it has.
        package let pieces: [(place: LogPlace, size: Int)]
        /// Behind the last of them.
        package let end: LogPlace
        /// Whatever was written before that is in them, or before them. A whole second.
        package let until: Instant
        /// What there is goes into a store also where nothing more is written: only then is there room again.
        package let trouble: ReportableError?
    }

    var client: RedisClient { RedisClient(access, runner) }

    private var folder: String { "\(access.volume)/\(RedisKeeping(access.settings).appendFolder)" }

    private static let declared = [
        "appendonly": "yes", "aof-timestamp-enabled": "yes", "aof-disable-auto-gc": "yes",
        "aof-use-rdb-preamble": "yes",
    ]

    /// Throws `needsDecision` when the server keeps no log that could be shipped.
    package func check() async throws(ReportableError) {
        let settings = try await client.settings(Self.declared.keys.sorted())
        guard let wrong = Self.declared.first(where: { settings[$0.key] != $0.value }) else { return }
        throw ReportableError(
            .needsDecision,
            "\(access.service) keeps no log of what is written: its \(wrong.key) is "
                + "\(settings[wrong.key] ?? "unknown") and not \(wrong.value)",
            hint: "`slipway plan` shows what differs from the release; `slipway deploy` starts it as declared."
        )
    }

    /// Tells this log from every other one. What was restored has a directory of its own.
    package func lineage() throws(ReportableError) -> String {
        guard let identity = FolderIdentity(of: access.volume) else { throw Folder.failure("look at", access.volume) }
        return "\(identity.inode)-\(identity.born)"
    }

    // MARK: - What is there

    /// Of a file that the server has written to, oldest first.
    func files() async throws(ReportableError) -> AppendManifest {
        let name = "\(RedisKeeping(access.settings).appendFile).manifest"
        let file = try await SpoolFile.open("\(folder)/\(name)")
        let bytes = try await file.content.collect(limit: 64 << 20)
        return try AppendManifest(String(decoding: bytes, as: UTF8.self))
    }

    func open(_ name: String) async throws(ReportableError) -> SpoolFile {
        var status = stat()
        // The server could put a link in its place.
        guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw Folder.failure("look into", folder)
        }
        return try await SpoolFile.open("\(folder)/\(name)")
    }

    /// Whether what follows a place can be read, and what was shipped before it is what stands before it.
    /// - Parameter shipped: the last piece that ends there.
    package func leadsOn(from place: LogPlace, behind shipped: (place: LogPlace, size: Int, digest: Digest)?)
        async throws(ReportableError) -> Bool
    {
        guard let entry = try await files().written.first(where: { $0.sequence == place.file }),
            let file = try? await open(entry.name), file.size >= place.offset
        else { return false }
        guard let shipped, shipped.place.file == place.file else { return true }
        var digest = RunningDigest()
        let content = file.content(from: shipped.place.offset, count: shipped.size)
        while let bytes = try await content.next() { digest.update(bytes) }
        return digest.finish() == shipped.digest
    }

    /// What was written behind a place, up to the last whole command.
    /// - Parameter known: up to when the log is known already.
    package func news(from place: LogPlace, known: Instant) async throws(ReportableError) -> News {
        let (quiet, trouble) = try await quietSecond()
        let files = try await files().written.filter { $0.sequence >= place.file }
        var (pieces, end, second): ([(place: LogPlace, size: Int)], LogPlace, Int?) = ([], place, nil)
        for entry in files {
            let start = entry.sequence == place.file ? place.offset : 0
            let file = try await open(entry.name)
            let size = file.size
            // Where power fails the server goes on from what the disk has: nothing else may be shipped.
            try await file.flush()
            var scan = AppendScan(from: start)
            let content = file.content(from: start, count: size - start)
            while let bytes = try await content.next() { try scan.feed(bytes) }
            guard scan.border == size || entry == files.last else { throw broken(entry) }
            let first = LogPlace(file: entry.sequence, offset: start)
            if scan.border > start { pieces.append((first, scan.border - start)) }
            end = LogPlace(file: entry.sequence, offset: scan.border)
            second = scan.second ?? second
        }
        let until = max(known.milliseconds, max(second ?? 0, quiet ?? 0) * 1000)
        return News(pieces: pieces, end: end, until: Instant(milliseconds: until), trouble: trouble)
    }

    /// The second by the server's clock, if all that was written before it is in its file: it answers before it writes.
    /// nil under a load that never pauses; then the file itself tells how far it leads.
    private func quietSecond() async throws(ReportableError) -> (Int?, ReportableError?) {
        let second = try await client.time().milliseconds / 1000
        let deadline = ContinuousClock.now.advanced(by: patience)
        repeat {
            let information = try await client.information("persistence")
            guard information["aof_last_write_status"] == "ok" else {
                let trouble = ReportableError(
                    .engineFailed,
                    "\(access.service) cannot write its append-only file",
                    hint: "Its own words: `slipway logs --service \(access.service)`. Is the disk full?"
                )
                return (nil, trouble)
            }
            if information["aof_buffer_length"] == "0" { return (second, nil) }
            try? await Task.sleep(for: .milliseconds(50))
        } while ContinuousClock.now < deadline && !Task.isCancelled
        return (nil, nil)
    }

    private func broken(_ entry: AppendManifest.Entry) -> ReportableError {
        ReportableError(
            .engineFailed,
            "\(entry.name) of \(access.service) ends in the middle of a command, and others follow it",
            hint: "No moment behind it can be brought back until the next backup of \(access.service)."
        )
    }

    package func content(of piece: (place: LogPlace, size: Int)) async throws(ReportableError) -> ByteStream {
        let entry = try await files().written.first { $0.sequence == piece.place.file }
        guard let entry else { throw ReportableError(.engineFailed, "\(piece.place.text) of the log is gone") }
        return try await open(entry.name).content(from: piece.place.offset, count: piece.size)
    }

    /// Removes what rewrites have made superfluous and is in a vault.
    package func remove(before place: LogPlace) async throws(ReportableError) {
        let files = try await files()
        let shipped = files.written.filter { $0.isHistory && $0.sequence < place.file }
        let names = (shipped + files.outdated).map(\.name)
        let folder = folder
        try await offPool { () throws(ReportableError) in
            for name in names {
                guard unlink("\(folder)/\(name)") == 0 || errno == ENOENT else {
                    throw Folder.failure("remove", "\(folder)/\(name)")
                }
            }
        }
    }
}
