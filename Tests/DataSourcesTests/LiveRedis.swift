import Basics
import Glibc
import HostAccess
import Interfaces
import StackModel
import Testing

@testable import DataSources

/// A Redis as a stack runs one: with an administrator who has a password, and nobody without.
struct LiveRedis: Sendable {
    static let password = "administrator-pw-7f3a"

    let yard: Yard
    let folder: String
    let program: any RunningProgram
    let settings: [String: String]

    /// - Parameter name: of its folder in the yard, which may hold data already.
    static func with(
        _ yard: Yard,
        _ name: String = "live",
        appendOnly: Bool,
        databases: Int = 16,
        more: [String] = [],
        _ body: (LiveRedis) async throws -> Void
    ) async throws {
        let owner = yard.owner("redis")
        let folder = "\(yard.path)/\(name)"
        let sockets = "\(yard.path)/\(name).s"
        if yard.names("").contains(name) == false { try await Folder.make(folder) }
        try Folder.give(folder, to: owner)
        try await Folder.make(sockets)
        let accounts = try await SpoolFile.create("\(sockets)/users.acl")
        try await accounts.write(
            Array("user default off ~* &* +@all\nuser slipway on #\(Digest(of: password)) ~* &* +@all\n".utf8)
        )
        try await accounts.finish(for: owner)
        try Folder.give(sockets, to: owner)
        let settings = [
            "appendonly": appendOnly ? "yes" : "no", "databases": "\(databases)", "appendfilename": "shop.aof",
            "appenddirname": "aofs", "dbfilename": "shop.rdb",
        ]
        let arguments =
            settings.flatMap { ["--\($0)", $1] } + [
                "--port", "0", "--unixsocket", "\(sockets)/redis.sock", "--dir", folder, "--save", "", "--logfile",
                "\(sockets)/log", "--aclfile", "\(sockets)/users.acl",
                // Else it waits five seconds for other replicas before it sends a snapshot.
                "--repl-diskless-sync-delay", "0", "--enable-debug-command", "yes",
            ]
        let command = CommandLine("redis-server", arguments + more, directory: "/", user: owner.user)
        let redis = LiveRedis(
            yard: yard,
            folder: folder,
            program: try await yard.runner.start(command),
            settings: settings
        )
        do {
            for _ in 0..<500 {
                if await redis.client.isServing() { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            try await body(redis)
        } catch {
            await redis.kill()
            throw error
        }
        await redis.kill()
        try await Leftovers.clear(sockets, yard.runner)
    }

    private func kill() async {
        program.kill()
        _ = await program.end()
    }

    var client: RedisClient {
        RedisClient(
            runner: yard.runner,
            programs: "/usr/bin",
            socket: "\(folder).s/redis.sock",
            user: "slipway",
            password: Redacted(Self.password)
        )
    }

    var place: DataPlace { place(settings) }

    /// As the target of a restore.
    func place(_ settings: [String: String]) -> DataPlace {
        DataPlace(
            service: "redis",
            server: .redis,
            version: "7.0.15",
            programs: "/usr/bin",
            volume: folder,
            beside: "\(yard.path)/.beside/redis",
            owner: yard.owner("redis"),
            settings: settings
        )
    }

    var access: DataAccess {
        DataAccess(
            place: place,
            login: DataLogin(socket: client.socket, port: 0, user: "slipway", password: Redacted(Self.password))
        )
    }

    var source: RedisSource { RedisSource(access: access, runner: yard.runner) }
    var restoration: RedisRestoration { RedisRestoration(target: place, runner: yard.runner) }

    func ask(_ words: String...) async throws -> String {
        try await client.ask(words).split(separator: "\n").joined(separator: " ")
    }

    /// Keys of every kind in several databases, some with an end that has come, and a function.
    func fill() async throws {
        _ = try await client.ask(["DEBUG", "SET-ACTIVE-EXPIRE", "0"])
        let script = """
            for i = 1, 1500 do redis.call('SET', 'key:' .. i, 'value ' .. i) end
            for i = 1, 50 do redis.call('SET', 'soon:' .. i, i, 'PX', 60) end
            for i = 1, 20 do redis.call('SET', 'later:' .. i, i, 'EX', 3600) end
            for i = 1, 600 do
              redis.call('HSET', 'hash', 'f' .. i, i); redis.call('SADD', 'set', 'm' .. i)
              redis.call('ZADD', 'zset', i / 3, 'm' .. i); redis.call('RPUSH', 'list', i)
            end
            redis.call('XADD', 'stream', '1-1', 'field', 'value')
            redis.call('SET', 'any "bytes"\\n\\0\\255 in a name', 'x')
            redis.call('SELECT', 7)
            for i = 1, 10 do redis.call('SET', 'seven:' .. i, i) end
            """
        _ = try await client.ask(["EVAL", script, "0"])
        let library = "#!lua name=shop\nredis.register_function('answer', function() return 42 end)"
        _ = try await client.ask(["FUNCTION", "LOAD", library])
        try await Task.sleep(for: .milliseconds(80))
    }
}
