import Basics
import Foundation
import Interfaces
import StackModel
import Testing

@testable import ProcessEngine

@Suite(.serialized) struct LogReaderTests {
    /// Logs as s6-log writes them, in a folder of their own.
    private struct Logs {
        let home = "/tmp/slipway-logs-\(UUID().uuidString)"
        let stack = StackID("shop", "test")
        var folder: StackFolder { StackFolder(stack, home: home) }

        func write(_ replica: ReplicaID, _ lines: [(milliseconds: Int, text: String)], to name: String = "current")
            throws
        {
            try Disk.makeDirectory(folder.replica(replica).logs)
            let text = lines.map { "\(Self.label($0.milliseconds)) \($0.text)\n" }.joined()
            try Disk.write(Array(text.utf8), to: "\(folder.replica(replica).logs)/\(name)", durable: false)
        }

        func read(_ query: LogQuery) async throws -> [String] {
            let feed = LogFeed(folder, query)
            var lines: [String] = []
            while let line = try await feed.next() { lines.append("\(line.replica) \(line.text)") }
            return lines
        }

        static func label(_ milliseconds: Int) -> String {
            let seconds = String((1 << 62) + 37 + milliseconds / 1000, radix: 16)
            let rest = String(milliseconds % 1000 * 1_000_000, radix: 16)
            return "@\(seconds)\(String(repeating: "0", count: 8 - rest.count))\(rest)"
        }

        func remove() { try? Disk.remove(tree: home) }
    }

    private static let start = 1_795_242_902_000

    @Test("lines of many files come merged, whole or the last of them, chosen by time and text")
    func merged() async throws {
        let logs = Logs()
        defer { logs.remove() }
        func lines(_ range: Range<Int>, every step: Int, from offset: Int) -> [(milliseconds: Int, text: String)] {
            range.map { (Self.start + $0 * step + offset, "line \($0)") }
        }
        // Numbers go up with time; api-2 is one millisecond behind api-1.
        try logs.write("api-1", lines(0..<50, every: 10, from: 0), to: "\(Logs.label(Self.start + 490)).s")
        try logs.write("api-1", lines(50..<100, every: 10, from: 0))
        try logs.write("api-2", lines(0..<100, every: 10, from: 1))
        let all = (0..<100).flatMap { ["api-1 line \($0)", "api-2 line \($0)"] }
        #expect(try await logs.read(LogQuery()) == all)
        for count in [0, 1, 3, 150, 1000] {
            #expect(try await logs.read(LogQuery(tail: count)) == all.suffix(count), "\(count)")
        }
        let since = Instant(milliseconds: Self.start + 300)
        #expect(try await logs.read(LogQuery(since: since)) == Array(all[60...]))
        #expect(try await logs.read(LogQuery(since: since, tail: 500)) == Array(all[60...]))
        #expect(
            try await logs.read(LogQuery(replica: "api-2", tail: 2, containing: "line 7")) == [
                "api-2 line 78", "api-2 line 79",
            ]
        )
        #expect(try await logs.read(LogQuery(tail: 5, containing: "nothing")) == [])
    }

    @Test("lines longer than a piece, and one that is not whole yet")
    func long() async throws {
        let logs = Logs()
        defer { logs.remove() }
        let long = String(repeating: "x", count: 3 * LogFile.piece)
        try logs.write("api-1", [(Self.start, "one"), (Self.start + 1, long), (Self.start + 2, "three")])
        let file = "\(logs.folder.replica("api-1").logs)/current"
        try Disk.write((Disk.read(file) ?? []) + Array("\(Logs.label(Self.start + 3)) fo".utf8), to: file)
        #expect(try await logs.read(LogQuery()) == ["api-1 one", "api-1 \(long)", "api-1 three"])
        #expect(try await logs.read(LogQuery(tail: 2)) == ["api-1 \(long)", "api-1 three"])
        #expect(try await logs.read(LogQuery(tail: 9)).count == 3)
    }

    @Test("followed after its last lines, a log brings each line once, across a rotation")
    func followed() async throws {
        let logs = Logs()
        defer { logs.remove() }
        try logs.write("api-1", (0..<100).map { (Self.start + $0, "\($0)") })
        let feed = LogFeed(logs.folder, LogQuery(tail: 1, follow: true))
        #expect(try await feed.next()?.text == "99")
        let current = "\(logs.folder.replica("api-1").logs)/current"
        let more = Array("\(Logs.label(Self.start + 100)) 100\n".utf8)
        let file = try #require(FileHandle(forWritingAtPath: current))
        try file.seekToEnd()
        try file.write(contentsOf: more)
        #expect(try await feed.next()?.text == "100")
        try Disk.move(current, to: "\(logs.folder.replica("api-1").logs)/\(Logs.label(Self.start + 100)).s")
        try logs.write("api-1", [(Self.start + 101, "101")])
        #expect(try await feed.next()?.text == "101")
        try logs.write("api-2", [(Self.start + 102, "102")])
        #expect(try await feed.next()?.text == "102")
    }

    @Test("logs of 30 MB are read in a few megabytes, and their last lines at once")
    func bounded() async throws {
        let logs = Logs()
        defer { logs.remove() }
        let text = String(repeating: "x", count: 1000)
        for number in 1...3 {
            try logs.write(
                ReplicaID("api", number),
                (0..<10_000).map { (Self.start + $0 * 10 + number, "\($0) \(text)") }
            )
        }
        // The heap that the writing needed is used again, so that the measurement begins with a reading.
        #expect(try await logs.read(LogQuery(tail: 5)).count == 5)
        let before = try Self.residentBytes()
        var most = before
        let began = ContinuousClock.now
        #expect(
            try await logs.read(LogQuery(tail: 5)).map { $0.prefix(10) } == [
                "api-2 9998", "api-3 9998", "api-1 9999", "api-2 9999", "api-3 9999",
            ]
        )
        let elapsed = ContinuousClock.now - began
        let feed = LogFeed(logs.folder, LogQuery())
        var count = 0
        while try await feed.next() != nil {
            count += 1
            if count.isMultiple(of: 100) { most = max(most, try Self.residentBytes()) }
        }
        #expect(count == 30_000)
        #expect(elapsed < .seconds(1), "the last 5 lines took \(elapsed)")
        #expect(most - before < 16 << 20, "\((most - before) >> 20) MiB more than before")
        print("logs of 30 MB: \((most - before) >> 10) KiB more while they were read, their last 5 lines in \(elapsed)")
    }

    private static func residentBytes() throws -> Int {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
        return try #require(Int(pages)) * 4096
    }
}
