import Basics
import Testing

@testable import DataSources

@Suite struct AppendScanTests {
    private static func command(_ words: String...) -> String {
        "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
    }

    private static func scan(_ text: String, by size: Int = .max, through last: Int = .max) throws -> AppendScan {
        var scan = AppendScan(from: 0, through: last)
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            try scan.feed(Array(bytes[start..<min(bytes.count, start.addingReportingOverflow(size).partialValue)]))
        }
        return scan
    }

    @Test("a log is cut where a command ends, wherever it was read up to", arguments: [1, 2, 3, 7, 64, 10_000])
    func borders(size: Int) throws {
        let first = "#TS:100\r\n" + Self.command("SELECT", "0") + Self.command("SET", "a", "*1\r\n#TS:999\r\n")
        let second = "#TS:101\r\n" + Self.command("FLUSHALL")
        let bytes = Array((first + second).utf8)
        var cuts: Set<Int> = []
        for end in 0...bytes.count {
            var scan = AppendScan(from: 0)
            for start in stride(from: 0, to: end, by: size) {
                try scan.feed(Array(bytes[start..<min(end, start + size)]))
            }
            #expect(scan.border <= end)
            cuts.insert(scan.border)
        }
        let ends = [
            "#TS:100\r\n", Self.command("SELECT", "0"), Self.command("SET", "a", "*1\r\n#TS:999\r\n"),
            "#TS:101\r\n", Self.command("FLUSHALL"),
        ]
        let wanted = ends.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.utf8.count) }
        #expect(cuts == Set(wanted))
    }

    @Test("nobody sees half of a transaction")
    func transactions() throws {
        let before = "#TS:100\r\n" + Self.command("SET", "a", "1")
        let open = "#TS:101\r\n" + Self.command("MULTI") + Self.command("SET", "b", "2")
        let half = try Self.scan(before + open, by: 5)
        #expect(half.border == before.utf8.count + "#TS:101\r\n".utf8.count && half.second == 101)
        let whole = try Self.scan(before + open + Self.command("exec"), by: 5)
        #expect(whole.border == (before + open + Self.command("exec")).utf8.count)
    }

    @Test("what was written in a later second than the wanted one is cut off")
    func seconds() throws {
        let head = Self.command("SET", "early", "1")
        let text = head + "#TS:100\r\n" + Self.command("SET", "a", "1") + "#TS:102\r\n" + Self.command("SET", "b", "1")
        #expect(try Self.scan(text, through: 102).cut == nil)
        let cut = try Self.scan(text, by: 4, through: 101).cut
        #expect(cut == (head + "#TS:100\r\n" + Self.command("SET", "a", "1")).utf8.count)
        #expect(try Self.scan(text, through: 99).cut == head.utf8.count)
        #expect(try Self.scan(text).second == 102)
    }

    @Test(
        "what is no append-only file is none",
        arguments: [
            "SET a 1\r\n", "*x\r\n", "*1\n$4\n", "*1\r\n*1\r\n", "$3\r\nabc\r\n", "*1\r\n$x\r\n", "#TS:x\r\n", "*0\r\n",
            "*99999999999999999999\r\n", "#" + String(repeating: "x", count: 2000),
        ]
    )
    func garbage(text: String) {
        #expect(throws: ReportableError.self) { try Self.scan(text) }
    }

    @Test("the list of files tells what is written, and what was")
    func manifest() throws {
        let files = try AppendManifest(
            """
            file shop.aof.3.base.rdb seq 3 type b
            file shop.aof.2.incr.aof seq 2 type h
            file shop.aof.2.base.rdb seq 2 type h
            file shop.aof.4.incr.aof seq 4 type i
            file shop.aof.3.incr.aof seq 3 type i

            """
        )
        #expect(files.base == "shop.aof.3.base.rdb" && files.outdated.map(\.sequence) == [2])
        #expect(files.written.map(\.sequence) == [2, 3, 4] && files.written.map(\.isHistory) == [true, false, false])
        for line in ["file ../x seq 1 type i", "file a/b seq 1 type i", "file x seq 0 type i", "x", "file x seq 1"] {
            #expect(throws: ReportableError.self) { _ = try AppendManifest(line) }
        }
    }
}
