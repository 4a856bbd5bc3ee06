import Basics
import FoundationEssentials
import Interfaces
import StackModel

/// Makes, from a copy of a cluster and the log that was written since, a volume with the cluster as it was at a moment.
///
/// The server's own recovery does it, in a scratch server: what it makes is on a timeline of its own, as if nothing had
/// been written after that moment.
struct PostgresRecovery: Sendable {
    let target: DataPlace
    let runner: any DataRunner

    /// Beside the cluster, so that no command of the server needs a path that anybody has chosen.
    private static let log = "replay"

    /// - Parameters: as for `PostgresRestoration`.
    ///   - replay: nil for the state that the copy itself holds.
    /// Throws `vaultDamaged` when the copy is not the one that its manifest says, `engineFailed` when this server cannot
    /// hold it or does not come to the wanted moment, and what `object` and `replay` throw.
    /// Returns what each database holds.
    @discardableResult
    func prepare(
        in folder: String,
        scratch: String,
        facts: PostgresBaseFacts,
        object: @escaping ObjectSource,
        replay: LogReplay?
    ) async throws(ReportableError) -> [String: PostgresContent] {
        try check(facts)
        return try await ScratchPlace.with(scratch, for: target.owner, runner) { (place) throws(ReportableError) in
            try await Folder.make(folder)
            do throws(ReportableError) {
                // The log that the copy brings along, and what the recovery writes.
                let room = facts.size + (replay?.size ?? 0) + 16 * facts.segmentBytes
                try await SpareRoom.check([(folder, room)], to: "restore the data of \(target.service)")
                try await lay(replay, in: folder)
                let data = "\(folder)/data"
                try await Folder.make(data)
                for path in [data, folder] { try Folder.give(path, to: target.owner) }
                try await unpack(try await object(PostgresBaseFacts.object), into: data)
                let cluster = PostgresCluster(runner: runner, target: target, data: data, place: place)
                let contents = try await recover(cluster, facts, replay)
                try await Leftovers.clear("\(folder)/\(Self.log)", runner)
                try await cluster.finish()
                try await offPool { Folder.sync(folder) }
                return contents
            } catch {
                await ScratchPlace.discard(folder, runner)
                throw error
            }
        }
    }

    private func check(_ facts: PostgresBaseFacts) throws(ReportableError) {
        let (from, to) = (PostgresRestoration.major(facts.version), PostgresRestoration.major(target.version))
        guard to != from else { return }
        throw ReportableError(
            .engineFailed,
            "the backup is a copy of a cluster of Postgres \(from), and \(target.service) is \(target.version)",
            hint: "Declare `version: \"\(from)\"` for \(target.service), and restore again."
        )
    }

    /// As the account that the server runs as: nothing in the archive can be written where that may not write. Then every
    /// file must be what the copy's own manifest says.
    private func unpack(_ content: ByteStream, into data: String) async throws(ReportableError) {
        let tar = ["--extract", "--file=-", "--directory=\(data)", "--no-same-owner"]
        let program = try await runner.start(command("tar", tar), input: content)
        do throws(ReportableError) {
            let output = program.output
            while try await output.next() != nil {}
        } catch {
            throw error.during("cannot unpack the copy of the cluster")
        }
        let verify = command("\(target.programs)/pg_verifybackup", ["--quiet", data])
        let verdict = try await runner.run(verify)
        guard verdict.succeeded else {
            throw ReportableError(
                .vaultDamaged,
                "the copy of the cluster is not what its manifest says",
                details: verdict.errorOutput.split(separator: "\n").prefix(10).map(String.init)
            )
        }
        try await Leftovers.clear("\(data)/backup_manifest", runner)
    }

    private func command(_ program: String, _ arguments: [String]) -> CommandLine {
        CommandLine(
            program,
            arguments,
            directory: "/",
            user: target.owner.user,
            timeout: .seconds(24 * 3600)
        )
    }

    /// Puts the log where the recovery asks for it.
    private func lay(_ replay: LogReplay?, in folder: String) async throws(ReportableError) {
        let log = "\(folder)/\(Self.log)"
        try await Folder.make(log)
        if let replay {
            for piece in replay.pieces {
                let file = try await SpoolFile.create("\(log)/\(piece.name)")
                try await file.write(try await replay.content(piece))
                guard file.size == piece.size else {
                    throw ReportableError(.vaultDamaged, "the part \(piece.name) of the log is not whole")
                }
                try Folder.give(file.path, to: target.owner)
            }
        }
        try Folder.give(log, to: target.owner)
    }

    /// Without the signal the server would take the copy for a cluster that has crashed.
    private func recover(_ cluster: PostgresCluster, _ facts: PostgresBaseFacts, _ replay: LogReplay?)
        async throws(ReportableError) -> [String: PostgresContent]
    {
        let signal = try await runner.run(command("touch", ["\(cluster.data)/recovery.signal"]))
        guard signal.succeeded else { throw ReportableError(.fileFailed, "cannot write into \(cluster.data)") }
        let goal = replay.map { ("recovery_target_time", $0.until.forPostgres) } ?? ("recovery_target", "immediate")
        let settings = [
            ("wal_level", "replica"), ("hot_standby", "off"), goal,
            ("restore_command", "test -f ../\(Self.log)/%f && cp ../\(Self.log)/%f %p"),
            ("recovery_target_action", "promote"), ("recovery_target_timeline", "current"),
        ]
        do throws(ReportableError) {
            return try await cluster.serve(settings + facts.settings.sorted { $0.key < $1.key }) {
                (client) throws(ReportableError) in
                let names: [String] = try await client.rows(PostgresQueries.databases, in: "postgres")
                var contents: [String: PostgresContent] = [:]
                for name in names { contents[name] = try await PostgresCounts.of(name, client) }
                return contents
            }
        } catch {
            throw error.during("cannot recover the cluster")
        }
    }
}

extension Instant {
    /// As Postgres reads it before it knows any zone by name, `Z` neither.
    fileprivate var forPostgres: String {
        let seconds = Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(.iso8601).dropLast()
        return "\(seconds).\(String(1000 + milliseconds % 1000).dropFirst())+00"
    }
}
