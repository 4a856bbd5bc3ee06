import Basics
import Interfaces

/// Looks through all the data of a scratch server: the scan would hold up a live one.
struct RedisContentReader: Sendable {
    let client: RedisClient

    /// Keys of a sample, about.
    static let sampleSize = 1000
    private static let batch = 100
    /// A look at every key of a server that does nothing else.
    private static let patience = TimeSpan.seconds(6 * 3600)

    /// - Parameter sample: the one to take again; a new one by `seed` when nil.
    func read(
        seed: String,
        again sample: RedisSample? = nil
    ) async throws(ReportableError) -> RedisContent {
        let information = try await client.information()
        let databases = Self.databases(information)
        let bound = sample?.bound ?? Self.bound(for: databases.map(\.lasting).reduce(0, +))
        let seed = sample?.seed ?? seed
        let (keys, digest) = try await self.sample(databases, seed, bound)
        return RedisContent(
            databases: databases,
            expired: ["rdb_last_load_keys_expired", "expired_keys"].compactMap { information[$0].flatMap { Int($0) } }
                .reduce(0, +),
            functionLibraries: information["number_of_libraries"].flatMap { Int($0) } ?? 0,
            sample: RedisSample(seed: seed, bound: bound, keys: keys, digest: digest)
        )
    }

    /// `db0:keys=12,expires=3,avg_ttl=0`
    static func databases(_ information: [String: String]) -> [RedisContent.Database] {
        information.compactMap { name, value in
            guard name.hasPrefix("db"), let number = Int(name.dropFirst(2)) else { return nil }
            let figures = value.split(separator: ",").map { $0.split(separator: "=") }
            func figure(_ name: String) -> Int {
                figures.first { $0.count == 2 && $0[0] == name }.flatMap { Int($0[1]) } ?? 0
            }
            return RedisContent.Database(number: number, keys: figure("keys"), expiring: figure("expires"))
        }.sorted { $0.number < $1.number }
    }

    /// Eight hexadecimal digits, below which the wanted share of all hashes is; `g`, above all of them, for every key.
    static func bound(for keys: Int) -> String {
        guard keys > sampleSize else { return "g" }
        let text = String(UInt64(sampleSize) * (1 << 32) / UInt64(keys), radix: 16)
        return String(repeating: "0", count: 8 - text.count) + text
    }

    private func sample(
        _ databases: [RedisContent.Database],
        _ seed: String,
        _ bound: String
    ) async throws(ReportableError) -> (Int, Digest) {
        var count = 0
        var digest = RunningDigest()
        for database in databases {
            let options = ["-n", "\(database.number)"]
            let names = try await client.ask(
                ["EVAL", Self.choice, "0", seed, bound],
                options: options,
                timeout: Self.patience
            )
            // A scan may come by a key twice.
            let keys = Set(names.split(separator: "\n").map(String.init)).sorted()
            count += keys.count
            for start in stride(from: 0, to: keys.count, by: Self.batch) {
                let part = Array(keys[start..<min(start + Self.batch, keys.count)])
                let values = try await client.feed([Self.question(part)], options: options)
                guard values.count == part.count else {
                    throw ReportableError(.engineFailed, "Redis did not tell the digests of its values")
                }
                for (key, value) in zip(part, values) { digest.update("\(database.number) \(key) \(value)\n".utf8) }
            }
        }
        return (count, digest.finish())
    }

    /// The names of the chosen keys, in hexadecimal digits: a name may be any bytes.
    private static let choice = """
        local found, cursor = {}, '0'
        repeat
          local reply = redis.call('SCAN', cursor, 'COUNT', 1000)
          cursor = reply[1]
          for _, key in ipairs(reply[2]) do
            if string.sub(redis.sha1hex(ARGV[1] .. key), 1, 8) < ARGV[2] and redis.call('PTTL', key) == -1 then
              found[#found + 1] = key:gsub('.', function(byte) return string.format('%02x', string.byte(byte)) end)
            end
          end
        until cursor == '0'
        return found
        """

    /// The digest of a value is the same however the server keeps it, which that of a DUMP is not.
    private static func question(_ keys: [String]) -> String {
        let names = keys.map { key in
            let digits = Array(key)
            return "\"" + stride(from: 0, to: digits.count, by: 2).map { "\\x\(digits[$0])\(digits[$0 + 1])" }.joined()
                + "\""
        }
        return "DEBUG DIGEST-VALUE " + names.joined(separator: " ")
    }
}
