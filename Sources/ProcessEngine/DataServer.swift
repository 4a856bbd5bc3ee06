import Basics
import FoundationEssentials
import Glibc
import Interfaces
import StackModel

/// The running server of a data service, as its administrator finds it.
struct DataServer: Sendable {
    let engine: ProcessEngine
    let stack: StackFolder
    let service: ServiceName

    private static let redisSettings = [
        "databases", "appendonly", "appendfilename", "appenddirname", "dbfilename", "save", "maxmemory",
    ]

    private static let postgresSettings = [
        "data_checksums", "max_connections", "max_locks_per_transaction", "max_prepared_transactions",
        "max_wal_senders", "max_worker_processes",
    ]

    /// Throws `notFound` when none of it runs or it is no server of data, `engineFailed` when the server does not answer.
    func access() async throws(ReportableError) -> DataAccess {
        let found = try await offPool { running }
        guard let (folder, record, programs) = found else {
            throw ReportableError(
                .notFound,
                "\(service) of \(stack.stack) does not run",
                hint: "See `slipway status` for the reason; what does not run cannot be asked for its data."
            )
        }
        switch DataPlace.Server(kind: record.kind) {
        case .redis: return try await redis(folder, record, programs)
        case .postgres: return try await postgres(folder, record, programs)
        case .files, nil: throw ReportableError(.notFound, "\(service) is neither a Redis nor a Postgres")
        }
    }

    /// The last is the directory that its program really lies in, beside those that belong to it.
    private var running: (ReplicaFolder, ReplicaRecord, programs: String)? {
        for id in stack.replicaIDs where id.service == service {
            let folder = stack.replica(id)
            guard let main = ReplicaProcesses.main(of: folder, mounts: engine.mounts),
                let record = ReplicaRecord.load(folder), let program = Self.program(of: main)
            else { continue }
            return (folder, record, Disk.parent(of: program))
        }
        return nil
    }

    private static func program(of process: ProcessEntry) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/\(process.id)/exe", &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    // MARK: - Redis

    private func redis(
        _ folder: ReplicaFolder,
        _ record: ReplicaRecord,
        _ programs: String
    ) async throws(ReportableError) -> DataAccess {
        let login = DataLogin(
            socket: "\(folder.work)/redis.sock",
            port: record.port ?? 0,
            user: RedisAdministrator.user,
            password: RedisAdministrator.password(in: folder)
        )
        let questions = ["INFO server"] + Self.redisSettings.map { "CONFIG GET \($0)" }
        let result = try await engine.runner.run(
            CommandLine(
                "redis-cli",
                ["-s", login.socket, "--user", login.user],
                environment: login.password.map { ["REDISCLI_AUTH": $0] } ?? [:],
                input: Redacted(questions.joined(separator: "\n") + "\n"),
                timeout: .seconds(10)
            )
        )
        // An empty setting is an empty line.
        let lines = result.output.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        let version = lines.first { $0.hasPrefix("redis_version:") }?.dropFirst("redis_version:".count)
        let settings = Self.values(of: Self.redisSettings, in: lines)
        guard let version, settings.count == Self.redisSettings.count else {
            throw noAnswer(folder, (result.errorOutput + result.output).split(separator: "\n").first.map(String.init))
        }
        return access(.redis, String(version), programs, login, record, settings)
    }

    /// The line behind the one that is a setting's name.
    static func values(of names: [String], in lines: [String]) -> [String: String] {
        var values: [String: String] = [:]
        for name in names {
            guard let place = lines.lastIndex(of: name), place + 1 < lines.count else { continue }
            values[name] = lines[place + 1]
        }
        return values
    }

    // MARK: - Postgres

    private func postgres(
        _ folder: ReplicaFolder,
        _ record: ReplicaRecord,
        _ programs: String
    ) async throws(ReportableError) -> DataAccess {
        let login = DataLogin(socket: folder.work, port: record.port ?? 0, user: "postgres", password: nil)
        let names = (Self.postgresSettings + ["server_version"]).map { PostgresAccountsSQL.literal($0) }
        let question =
            "SELECT json_object_agg(name, setting) FROM pg_settings WHERE name IN (\(names.joined(separator: ", ")))"
        let result = try await engine.runner.run(
            CommandLine(
                "\(programs)/psql",
                ["-X", "-A", "-t", "-w", "-h", login.socket, "-p", "\(login.port)", "-U", login.user, "-d", "postgres"]
                    + ["-c", question],
                environment: DataLogin.postgresEnvironment,
                directory: "/",
                user: record.account.switches ? record.account.name : nil,
                timeout: .seconds(10)
            )
        )
        guard result.succeeded,
            var settings = try? JSONDecoder().decode([String: String].self, from: Data(result.output.utf8)),
            // `15.8 (Debian 15.8-0+deb12u1)`
            let version = settings.removeValue(forKey: "server_version")?.split(separator: " ").first
        else { throw noAnswer(folder, result.errorOutput.split(separator: "\n").first.map(String.init)) }
        return access(.postgres, String(version), programs, login, record, settings)
    }

    // MARK: - Both

    private func access(
        _ server: DataPlace.Server,
        _ version: String,
        _ programs: String,
        _ login: DataLogin,
        _ record: ReplicaRecord,
        _ settings: [String: String]
    ) -> DataAccess {
        let place = DataPlaces(engine: engine, stack: stack)
            .place(service, server, version: version, programs: programs, record.account, settings)
        return DataAccess(place: place, login: login)
    }

    private func noAnswer(_ folder: ReplicaFolder, _ reply: String?) -> ReportableError {
        ReportableError(
            .engineFailed,
            "\(folder.id) does not answer its administrator: \(reply ?? "no reply")",
            hint: "See `slipway logs --service \(service)`; a server that still loads its data answers later."
        )
    }
}
