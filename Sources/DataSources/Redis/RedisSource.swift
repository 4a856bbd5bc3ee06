import Basics
import FoundationEssentials
import Interfaces
import StackModel

/// Captures a running Redis.
///
/// The snapshot is asked for as a replica does: it costs the server no file, whichever way it keeps its data, and leaves
/// no `dump.rdb` behind that a later start would take for its own. It goes to disk at full speed first, because the
/// server holds old pages for as long as it takes, and from there to wherever it is stored. What is in it is then told by
/// a scratch server that has loaded it, so that the first proof of a backup is as old as the backup.
package struct RedisSource: Sendable {
    let access: DataAccess
    let runner: any DataRunner

    package init(access: DataAccess, runner: any DataRunner) {
        self.access = access
        self.runner = runner
    }

    private var client: RedisClient { RedisClient(access, runner) }

    /// Hands over the objects one by one, and says what they hold.
    /// - Parameters:
    ///   - scratch: a folder of this call's own, gone afterwards.
    ///   - previous: the facts of the last set.
    ///   - log: whether a log is to lead on from it.
    /// Throws before anything is handed over: `needsDecision` when far less is there than at the last time, `engineFailed` when
    /// the disk has no room for the snapshot.
    package func capture(
        scratch: String,
        since previous: RedisFacts? = nil,
        shrink: ShrinkGuard = ShrinkGuard(),
        leadingOn log: Bool = false,
        to store: @escaping ObjectSink
    ) async throws(ReportableError) -> RedisFacts {
        try await ScratchPlace.with(scratch, for: access.owner, runner) { (place) throws(ReportableError) in
            let information = try await client.information()
            let memory = information["used_memory"].flatMap { Int($0) } ?? 0
            try await SpareMemory.check(memory, for: access.service.text)
            if let previous {
                // Before the server is troubled: it may have to write all it has anew.
                let live = RedisContentReader.databases(information)
                try shrink.check(live, since: previous.content, of: access.service.text)
            }
            let folder = "\(place.path)/data"
            try await Folder.make(folder)
            let size = Self.expectedSize(of: memory, since: previous)
            try await SpareRoom.check([(folder, size)], to: "back up \(access.service)")
            let (moment, first) = try await writeSnapshot(to: "\(folder)/dump.rdb", leadingOn: log)
            let file = try await SpoolFile.open("\(folder)/dump.rdb")
            let version = try await RDBHeader.version(of: try await SpoolFile.open("\(folder)/dump.rdb"))
            let content = try await look(at: folder, in: place, seed: "\(moment.milliseconds)")
            if let previous { try shrink.check(content.databases, since: previous.content, of: access.service.text) }
            let stored = file.size
            try await store(CapturedObject(RedisFacts.rdb, file.content))
            try await storeSettings(store)
            return RedisFacts(
                version: information["redis_version"] ?? access.version,
                runID: information["run_id"] ?? "",
                replicationID: information["master_replid"] ?? "",
                replicationOffset: information["master_repl_offset"].flatMap { Int($0) } ?? 0,
                takenAt: moment,
                rdbVersion: version,
                rdbSize: stored,
                memory: memory,
                databases: RedisKeeping(access.settings).databases,
                content: content,
                firstPlace: first
            )
        }
    }

    private func writeSnapshot(to path: String, leadingOn log: Bool)
        async throws(ReportableError) -> (Instant, LogPlace?)
    {
        guard log else {
            let moment = try await client.time()
            try await client.writeSnapshot(to: path)
            return (moment, nil)
        }
        let base = try await RedisLog(access, runner).base()
        try await SpoolFile.create(path).write(base.file.content)
        return (base.at, base.first)
    }

    /// Bytes that a snapshot of so much memory takes, about: as much of it as the last one took, or else all of it.
    private static func expectedSize(of memory: Int, since previous: RedisFacts?) -> Int {
        guard let previous, previous.memory > 0 else { return memory }
        let share = Double(previous.rdbSize) / Double(previous.memory)
        return Int(min(Double(memory) * share, Double(1 << 56)))
    }

    private func look(
        at folder: String,
        in place: ScratchPlace,
        seed: String
    ) async throws(ReportableError) -> RedisContent {
        try Folder.give("\(folder)/dump.rdb", to: access.owner)
        try Folder.give(folder, to: access.owner)
        try place.giveSockets(to: access.owner)
        let scratch = RedisScratch(runner: runner, programs: access.programs, owner: access.owner, place: place)
        let keeping = RedisKeeping(databases: RedisKeeping(access.settings).databases)
        return try await scratch.look(at: folder, kept: keeping) { (client) throws(ReportableError) in
            try await RedisContentReader(client: client).read(seed: seed)
        }
    }

    /// Neither is in a snapshot. A restore needs neither, as the accounts and settings of a stack come from its release;
    /// they are for a person who restores by hand, or wants to know how it was.
    private func storeSettings(_ store: ObjectSink) async throws(ReportableError) {
        let accounts = try await client.ask(["ACL", "LIST"])
        try await store(CapturedObject(RedisFacts.accounts, ByteStream(bytes: Array(accounts.utf8)), isSecret: true))
        let text = try await client.ask(["CONFIG", "GET", "*"], options: ["--quoted-json"])
        try await store(CapturedObject(RedisFacts.configuration, ByteStream(bytes: try Self.withoutSecrets(text))))
    }

    static let secretSettings: Set<String> = [
        "requirepass", "masterauth", "tls-key-file-pass", "tls-client-key-file-pass",
    ]

    /// Sorted, and with the secrets blanked, so that equal settings are equal bytes.
    static func withoutSecrets(_ json: String) throws(ReportableError) -> [UInt8] {
        guard var settings = try? JSONDecoder().decode([String: String].self, from: Data(json.utf8)) else {
            throw ReportableError(.engineFailed, "Redis did not tell its settings")
        }
        for name in secretSettings where settings[name]?.isEmpty == false { settings[name] = "<redacted>" }
        return CanonicalJSON.encode(settings) + [UInt8(ascii: "\n")]
    }
}
