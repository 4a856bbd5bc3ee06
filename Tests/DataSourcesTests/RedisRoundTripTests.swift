import Basics
import Glibc
import HostAccess
import Interfaces
import StackModel
import Testing

@testable import DataSources

extension DataRooms {
    @Suite struct RedisRoundTripTests {
        @Test("what Redis held comes back from a prepared directory, with and without an append-only file")
        func roundTrip() async throws {
            try await Yard.with { yard in
                let shelf = Shelf()
                var facts: RedisFacts?
                // So slow that what it runs can be seen.
                try await LiveRedis.with(yard, appendOnly: true, more: ["--rdb-key-save-delay", "300"]) { redis in
                    try await redis.fill()
                    let seen = try await argumentsSeen {
                        let found = try await redis.source.capture(scratch: "\(yard.path)/scratch", to: shelf.sink)
                        try CanonicalJSON.text(found).write(to: shelf)
                    }
                    facts = try CanonicalJSON.decode(RedisFacts.self, from: shelf.text("facts"))
                    #expect(seen.contains { $0.contains("redis-cli") && $0.contains("--rdb") })
                    #expect(!seen.contains { $0.contains(LiveRedis.password) })
                    // It has no snapshot of its own after it either.
                    #expect(yard.names("live") == ["aofs"])
                }
                let captured = try #require(facts)
                #expect(captured.version == "7.0.15" && captured.rdbVersion == 10)
                #expect(captured.runID.count == 40 && captured.replicationID.count == 40)
                #expect(captured.content.functionLibraries == 1)
                #expect(captured.content.databases.map(\.number) == [0, 7])
                // 1500 keys, five of other kinds, the one with a strange name.
                #expect(captured.content.databases.map(\.lasting) == [1506, 10])
                // They are in the file all the same, and a server with an append-only file loads them.
                #expect(captured.content.databases.map(\.expiring) == [20, 0] && captured.content.expired == 50)
                #expect((700...1300).contains(captured.content.sample.keys))
                #expect(captured.rdbSize == shelf[RedisFacts.rdb].count)
                try checkSettings(shelf)
                for appendOnly in [true, false] {
                    try await restore(captured, shelf, yard, appendOnly: appendOnly)
                }
            }
        }

        private func checkSettings(_ shelf: Shelf) throws {
            #expect(
                shelf.names.filter { $0 != "facts" } == ["redis-acl.txt", "redis-config.json", "redis.rdb"]
            )
            #expect(shelf.secretNames == ["redis-acl.txt"])
            #expect(shelf.text(RedisFacts.accounts).contains("user slipway on #\(Digest(of: LiveRedis.password))"))
            #expect(shelf.text(RedisFacts.configuration).contains(#""dbfilename":"shop.rdb""#))
            for name in ["facts", RedisFacts.configuration] {
                #expect(!shelf.text(name).contains(Digest(of: LiveRedis.password).hex))
            }
            #expect(!shelf.text("facts").contains("key:"), "the names of keys are nobody's business")
        }

        /// Starts a server on what was prepared, twice: it must also be there after that.
        private func restore(_ facts: RedisFacts, _ shelf: Shelf, _ yard: Yard, appendOnly: Bool) async throws {
            let name = "restored-\(appendOnly)"
            try await LiveRedis.with(yard, "target-\(appendOnly)", appendOnly: appendOnly) { target in
                // A live directory with other data stands beside, as it does when it is exchanged.
                _ = try await target.ask("SET", "old", "data")
                let content = try await target.restoration.prepare(
                    in: "\(yard.path)/\(name)",
                    scratch: "\(yard.path)/scratch",
                    facts: facts,
                    object: shelf.source
                )
                #expect(content.sample == facts.content.sample)
                #expect(try await target.ask("DBSIZE") == "1")
            }
            for _ in 1...2 {
                try await LiveRedis.with(yard, name, appendOnly: appendOnly) { redis in
                    #expect(try await redis.ask("GET", "key:1500") == "value 1500")
                    #expect(try await redis.ask("EXISTS", "old") == "0")
                    #expect(try await redis.ask("EXISTS", "soon:1") == "0")
                    #expect(try await redis.ask("GET", "later:1") == "1")
                    #expect(try await redis.ask("FCALL", "answer", "0") == "42")
                    #expect(try await redis.ask("HLEN", "hash") == "600")
                    #expect(try await redis.client.ask(["GET", "seven:3"], options: ["-n", "7"]) == "3\n")
                    _ = try await redis.ask("SHUTDOWN", "NOSAVE")
                }
            }
            #expect(yard.names(name) == (appendOnly ? ["aofs"] : ["shop.rdb"]))
        }

        @Test("what was written after the snapshot is not in it, and the counts are those of the file")
        func writeLoad() async throws {
            try await Yard.with { yard in
                try await LiveRedis.with(yard, appendOnly: false) { redis in
                    let writer = Task {
                        var number = 0
                        while !Task.isCancelled {
                            number += 1
                            let script = "for i = 1, 200 do redis.call('SET', ARGV[1] .. ':' .. i, i) end"
                            _ = try? await redis.client.ask(["EVAL", script, "0", "\(number)"])
                        }
                        return number
                    }
                    let shelf = Shelf()
                    let facts = try await redis.source.capture(scratch: "\(yard.path)/scratch", to: shelf.sink)
                    writer.cancel()
                    #expect(await writer.value > 1)
                    #expect(facts.content.keys > 0 && facts.content.keys % 200 == 0)
                    try await redis.restoration.prepare(
                        in: "\(yard.path)/restored",
                        scratch: "\(yard.path)/scratch",
                        facts: facts,
                        object: shelf.source
                    )
                    let after = try await redis.ask("DBSIZE")
                    #expect(try #require(Int(after)) > facts.content.keys)
                    try await refuse(redis, facts, shelf, yard)
                }
            }
        }

        /// Whatever is wrong is said, and nothing is left behind.
        private func refuse(_ redis: LiveRedis, _ facts: RedisFacts, _ shelf: Shelf, _ yard: Yard) async throws {
            func failure(_ bytes: [UInt8], _ facts: RedisFacts) async -> ReportableError? {
                let bad = Shelf()
                bad[RedisFacts.rdb] = bytes
                return await #expect(throws: ReportableError.self) {
                    _ = try await redis.restoration.prepare(
                        in: "\(yard.path)/refused",
                        scratch: "\(yard.path)/scratch",
                        facts: facts,
                        object: bad.source
                    )
                }
            }
            let sound = shelf[RedisFacts.rdb]
            #expect(await failure(Array("not a snapshot at all".utf8), facts)?.code == .vaultDamaged)
            #expect(await failure([], facts)?.code == .vaultDamaged)
            #expect(await failure(Array(sound.prefix(sound.count / 2)), facts)?.code == .vaultDamaged)
            var flipped = sound
            flipped[sound.count / 2] ^= 0x40
            #expect(await failure(flipped, facts)?.code == .vaultDamaged)
            let newer = await failure(Array("REDIS0099".utf8) + sound.dropFirst(9), facts)
            #expect(newer?.message == "the backup is of a newer Redis than 7.0.15, which cannot read it")
            // Another server's snapshot: sound, and not the one.
            let other = await failure(
                sound,
                facts.with(RedisContent(databases: [.init(number: 0, keys: 7, expiring: 0)], like: facts.content))
            )
            #expect(other?.code == .vaultDamaged)
            #expect(
                other?.details.first
                    == "database 0 has \(facts.content.keys) lasting keys, and had 7"
            )
            let many = await failure(
                sound,
                facts.with(RedisContent(databases: [.init(number: 31, keys: 1, expiring: 0)], like: facts.content))
            )
            #expect(many?.message == "the backup uses database 31 of Redis, and redis has 16 of them")
            #expect(!yard.names("").contains("refused"))
        }

        @Test("an empty or shrunken Redis is not backed up before somebody says so")
        func shrunken() async throws {
            try await Yard.with { yard in
                try await LiveRedis.with(yard, appendOnly: false) { redis in
                    let shelf = Shelf()
                    let empty = try await redis.source.capture(scratch: "\(yard.path)/scratch", to: shelf.sink)
                    #expect(empty.content.keys == 0)
                    let before = empty.with(
                        RedisContent(databases: [.init(number: 0, keys: 900, expiring: 3)], like: empty.content)
                    )
                    let nothing = Shelf()
                    let error = await #expect(throws: ReportableError.self) {
                        _ = try await redis.source.capture(
                            scratch: "\(yard.path)/scratch",
                            since: before,
                            to: nothing.sink
                        )
                    }
                    #expect(error?.code == .needsDecision)
                    #expect(error?.message == "redis has no keys, and had 900 when it was last backed up")
                    #expect(error?.hint?.contains("--accept-shrink") == true)
                    #expect(nothing.names == [])
                    // As much in a snapshot as no disk holds.
                    let text = CanonicalJSON.text(empty)
                        .replacing("\"rdbSize\":\(empty.rdbSize)", with: "\"rdbSize\":\(1 << 52)")
                    let large = try CanonicalJSON.decode(RedisFacts.self, from: text)
                    let full = await #expect(throws: ReportableError.self) {
                        _ = try await redis.source.capture(
                            scratch: "\(yard.path)/scratch",
                            since: large,
                            to: nothing.sink
                        )
                    }
                    #expect(full?.message.contains("MiB are free") == true, "\(full?.message ?? "")")
                    #expect(nothing.names == [])
                }
            }
        }

        @Test("a Redis that dies while it is captured, or does not take the password, is a clear error")
        func dies() async throws {
            try await Yard.with { yard in
                try await LiveRedis.with(yard, appendOnly: false, more: ["--rdb-key-save-delay", "2000"]) { redis in
                    try await redis.fill()
                    let task = Task {
                        try await redis.source.capture(scratch: "\(yard.path)/scratch", to: Shelf().sink)
                    }
                    try await Task.sleep(for: .milliseconds(1000))
                    redis.program.send(signal: SIGKILL)
                    let result = await task.result
                    let error = #expect(throws: ReportableError.self) { try result.get() }
                    #expect(error?.code == .engineFailed)
                    #expect(error?.message.hasPrefix("Redis at \(redis.client.socket) did not do") == true)
                }
            }
        }
    }
}

extension RedisFacts {
    /// The same of other data.
    func with(_ content: RedisContent) -> RedisFacts {
        RedisFacts(
            version: version,
            runID: runID,
            replicationID: replicationID,
            replicationOffset: replicationOffset,
            takenAt: takenAt,
            rdbVersion: rdbVersion,
            rdbSize: rdbSize,
            memory: memory,
            databases: databases,
            content: content
        )
    }
}

extension RedisContent {
    init(databases: [Database], like other: RedisContent) {
        self.init(
            databases: databases,
            expired: other.expired,
            functionLibraries: other.functionLibraries,
            sample: other.sample
        )
    }
}

extension String {
    fileprivate func write(to shelf: Shelf) throws { shelf["facts"] = Array(utf8) }
}
