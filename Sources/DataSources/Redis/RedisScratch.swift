import Basics
import Glibc
import Interfaces

/// How a Redis keeps its data, in its own words.
struct RedisKeeping: Sendable {
    let databases: Int
    let appendOnly: Bool
    let appendFile: String
    let appendFolder: String
    let snapshotFile: String

    init(_ settings: [String: String]) {
        databases = settings["databases"].flatMap { Int($0) } ?? 16
        appendOnly = settings["appendonly"] == "yes"
        appendFile = Self.name(settings["appendfilename"], else: "appendonly.aof")
        appendFolder = Self.name(settings["appenddirname"], else: "appendonlydir")
        snapshotFile = Self.name(settings["dbfilename"], else: "dump.rdb")
    }

    /// What is written behind the first base.
    var logFile: String { "\(appendFile).1.incr.aof" }

    /// A plain snapshot, as it comes.
    init(databases: Int) {
        self.init(["databases": "\(databases)"])
    }

    /// The server refuses names that lead elsewhere; so do we.
    private static func name(_ text: String?, else usual: String) -> String {
        guard let text, !text.isEmpty, !text.contains("/"), !text.hasPrefix(".") else { return usual }
        return text
    }
}

/// A `redis-server` on a data directory, for a look at what is in it.
struct RedisScratch: Sendable {
    let runner: any DataRunner
    let programs: String
    let owner: DataOwner
    let place: ScratchPlace

    /// It takes the data as a live one would; nothing ends while it is looked at. Ended without a save.
    func look<Value: Sendable>(
        at folder: String,
        kept keeping: RedisKeeping,
        _ work: @escaping @Sendable (RedisClient) async throws(ReportableError) -> Value
    ) async throws(ReportableError) -> Value {
        let client = RedisClient(runner: runner, programs: programs, socket: "\(place.sockets)/redis.sock")
        let log = "\(place.sockets)/log"
        let server = ScratchServer(
            runner: runner,
            command: command(folder, keeping, socket: client.socket, log: log),
            name: "a scratch redis-server",
            killer: SIGKILL,
            isReady: { await client.isServing() },
            stop: { (program) throws(ReportableError) in
                // The connection ends with the server, which is no reply.
                _ = try? await client.ask(["SHUTDOWN", "NOSAVE"])
            },
            log: { await Self.tail(of: log) }
        )
        return try await server.serve { () throws(ReportableError) in
            _ = try await client.ask(["DEBUG", "SET-ACTIVE-EXPIRE", "0"])
            return try await work(client)
        }
    }

    private func command(_ folder: String, _ keeping: RedisKeeping, socket: String, log: String) -> CommandLine {
        let settings = [
            ("port", "0"), ("unixsocket", socket), ("unixsocketperm", "700"), ("daemonize", "no"), ("logfile", log),
            ("dir", folder), ("databases", "\(keeping.databases)"), ("dbfilename", keeping.snapshotFile),
            ("appendonly", keeping.appendOnly ? "yes" : "no"), ("appendfilename", keeping.appendFile),
            ("appenddirname", keeping.appendFolder), ("appendfsync", "no"), ("save", ""), ("maxclients", "16"),
            ("enable-debug-command", "yes"), ("auto-aof-rewrite-percentage", "0"), ("lua-time-limit", "0"),
            // Of a log that breaks off it would take what is whole, and say nothing.
            ("aof-load-truncated", "no"),
            // It holds what there is, or fails; it never throws a key away.
            ("maxmemory", "0"),
            // Where memory runs out all the same, it goes first.
            ("oom-score-adj", "absolute"), ("oom-score-adj-values", "900 900 900"),
        ]
        return CommandLine(
            "\(programs)/redis-server",
            settings.flatMap { ["--\($0)", $1] },
            directory: "/",
            user: owner.user
        )
    }

    private static func tail(of log: String) async -> String? {
        guard let file = try? await SpoolFile.open(log) else { return nil }
        var text: [UInt8] = []
        while let piece = try? await file.content.next() { text = Array((text + piece).suffix(16 << 10)) }
        return String(decoding: text, as: UTF8.self)
    }
}
