import Basics
import Glibc
import HostAccess
import Interfaces
import StackModel
import Testing

@testable import DataSources

extension DataRooms {
    @Suite struct RedisPointInTimeTests {
        private static let logged = ["--aof-timestamp-enabled", "yes", "--aof-disable-auto-gc", "yes"]

        /// What a vault would hold of a log.
        private final class Shipped: Sendable {
            let shelf = Shelf()

            func take(_ log: RedisLog, from place: LogPlace) async throws -> RedisLog.News {
                let news = try await log.news(from: place, known: Instant(milliseconds: 0))
                for piece in news.pieces {
                    shelf[piece.place.pieceName] = try await log.content(of: piece).collect(limit: 1 << 20)
                }
                try await log.remove(before: news.end)
                return news
            }

            func replay(to moment: Instant, without name: String? = nil) -> LogReplay {
                let places = shelf.names.compactMap { LogPlace(pieceName: $0) }.sorted()
                let pieces = places.map { LogReplay.Piece(name: $0.pieceName, size: shelf[$0.pieceName].count) }
                return LogReplay(until: moment, pieces: pieces.filter { $0.name != name }) {
                    [shelf] (piece) throws(ReportableError) in try await shelf.source(piece.name)
                }
            }
        }

        @Test("a FLUSHALL is undone with the second before kept, across a rewrite and a death of the server")
        func flushed() async throws {
            try await Yard.with { yard in
                let (shelf, shipped) = (Shelf(), Shipped())
                var (facts, end): (RedisFacts?, LogPlace?)
                var moment = Instant(milliseconds: 0)
                try await LiveRedis.with(yard, appendOnly: true, more: Self.logged) { redis in
                    let log = RedisLog(redis.access, yard.runner)
                    _ = try await redis.ask("SET", "before", "1")
                    facts = try await redis.source
                        .capture(scratch: "\(yard.path)/scratch", leadingOn: true, to: shelf.sink)
                    let first = try #require(facts?.firstPlace)
                    _ = try await redis.ask("SET", "first", "1")
                    _ = try await redis.client.feed(["MULTI", "SET one 1", "SET two 2", "EXEC"])
                    #expect(try await redis.ask("EXISTS", "one", "two") == "2")
                    end = try await shipped.take(log, from: first).end
                    #expect(shipped.shelf.text("aof-2-0").contains("EXEC"))
                    // Whatever a rewrite would throw away stays until it was taken.
                    _ = try await redis.ask("SET", "second", "1")
                    _ = try await log.base()
                    _ = try await redis.ask("SET", "third", "1")
                    #expect(yard.names("live/aofs").filter { $0.hasSuffix(".incr.aof") }.count == 2)
                    // It is killed, and has half of a command in its file.
                }
                let incr = try #require(yard.names("live/aofs").last { $0.hasSuffix(".incr.aof") })
                try append("*3\r\n$3\r\nSET\r\n$4\r\nha", to: "\(yard.path)/live/aofs/\(incr)")
                try await LiveRedis.with(yard, appendOnly: true, more: Self.logged) { redis in
                    let log = RedisLog(redis.access, yard.runner)
                    _ = try await redis.ask("SET", "fourth", "1")
                    moment = try await nextSecond(redis)
                    _ = try await redis.ask("FLUSHALL")
                    _ = try await redis.ask("SET", "later", "1")
                    let news = try await shipped.take(log, from: try #require(end))
                    #expect(news.until >= moment)
                    #expect(yard.names("live/aofs").filter { $0.hasSuffix(".incr.aof") }.count == 1)
                    // Nothing new, and it says until when.
                    let quiet = try await nextSecond(redis)
                    let nothing = try await log.news(from: news.end, known: news.until)
                    #expect(nothing.pieces.isEmpty && nothing.end == news.end && nothing.until >= quiet)
                }
                let captured = try #require(facts)
                try await LiveRedis.with(yard, "target", appendOnly: true, more: Self.logged) { target in
                    func prepare(_ name: String, _ replay: LogReplay) async throws {
                        try await target.restoration.prepare(
                            in: "\(yard.path)/\(name)",
                            scratch: "\(yard.path)/scratch",
                            facts: captured,
                            object: shelf.source,
                            replay: replay
                        )
                    }
                    try await prepare("second", shipped.replay(to: moment))
                    let late = Instant(milliseconds: moment.milliseconds + 60_000)
                    try await prepare("newest", shipped.replay(to: late))
                    let lost = await #expect(throws: ReportableError.self) {
                        try await prepare("refused", shipped.replay(to: late, without: "aof-2-0"))
                    }
                    #expect(lost?.code == .vaultDamaged, "\(lost?.message ?? "")")
                    #expect(!yard.names("").contains("refused"))
                }
                let kept = ["before", "first", "one", "two", "second", "third", "fourth"]
                try await expect(Set(kept), in: "second", yard)
                try await expect(["later"], in: "newest", yard)
            }
        }

        /// What the live server finds that starts from it, and writes on.
        private func expect(_ keys: Set<String>, in folder: String, _ yard: Yard) async throws {
            for _ in 1...2 {
                try await LiveRedis.with(yard, folder, appendOnly: true, more: Self.logged) { redis in
                    let found = try await redis.client.ask(["KEYS", "*"]).split(separator: "\n").map(String.init)
                    #expect(Set(found).subtracting(["new"]) == keys, "\(folder)")
                    _ = try await redis.ask("SET", "new", "1")
                }
            }
        }

        private func nextSecond(_ redis: LiveRedis) async throws -> Instant {
            let now = try await redis.client.time()
            let next = Instant(milliseconds: (now.milliseconds / 1000 + 1) * 1000)
            try await Task.sleep(for: .milliseconds(now.elapsed(until: next).milliseconds + 20))
            return next
        }

        private func append(_ text: String, to path: String) throws {
            let file = open(path, O_WRONLY | O_APPEND)
            defer { close(file) }
            try #require(file >= 0)
            let bytes = Array(text.utf8)
            #expect(write(file, bytes, bytes.count) == bytes.count)
        }

        @Test("a server that keeps no such log is told of, and a log that is not the one shipped does not lead on")
        func unlike() async throws {
            try await Yard.with { yard in
                try await LiveRedis.with(yard, appendOnly: true) { redis in
                    let refused = await #expect(throws: ReportableError.self) {
                        try await RedisLog(redis.access, yard.runner).check()
                    }
                    #expect(refused?.code == .needsDecision && refused?.message.contains("aof-") == true)
                    let log = RedisLog(redis.access, yard.runner)
                    _ = try await redis.ask("SET", "a", "1")
                    let news = try await log.news(from: LogPlace(file: 1), known: Instant(milliseconds: 0))
                    let piece = try #require(news.pieces.first)
                    let bytes = try await log.content(of: piece).collect(limit: 1 << 20)
                    let shipped = (place: piece.place, size: piece.size, digest: Digest(of: bytes))
                    #expect(try await log.leadsOn(from: news.end, behind: shipped))
                    let other = (place: piece.place, size: piece.size, digest: Digest(of: "other"))
                    #expect(try await !log.leadsOn(from: news.end, behind: other))
                    let beyond = LogPlace(file: 1, offset: news.end.offset + 1)
                    #expect(try await !log.leadsOn(from: beyond, behind: nil))
                    #expect(try await !log.leadsOn(from: LogPlace(file: 7), behind: nil))
                }
            }
        }
    }
}
