import Basics
import Foundation
import StackModel
import Testing

@testable import StackSpec

/// Alone in their suite and one after the other: they measure time and memory of the whole process.
@Suite("Hostile specs", .serialized)
struct HostileSpecTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        let says: String
        let bytes: [UInt8]

        var testDescription: String { name }

        init(_ name: String, says: String, _ text: String) {
            self.init(name, says: says, bytes: Array(text.utf8))
        }

        init(_ name: String, says: String, bytes: [UInt8]) {
            self.name = name
            self.says = says
            self.bytes = bytes
        }
    }

    private static let head = "apiVersion: slipway/v1\nstack: shop\nservices: {a: {command: [b]}}\n"

    private static func bomb(_ open: String, _ close: String) -> String {
        var text = head + "x-0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
        for level in 1...40 {
            let items = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "x-\(level): &a\(level) \(open)\(items)\(close)\n"
        }
        return text
    }

    static let attacks = [
        Attack("2 MiB file", says: "the file has", head + String(repeating: "# padding\n", count: 209_716)),
        Attack("alias bomb", says: "more than 10000 keys", bomb("[", "]")),
        Attack("alias bomb as a key", says: "more than 10000 keys", bomb("[", "]") + "? *a40\n: x\n"),
        Attack("alias bomb inside keys", says: "a key must be a word", bomb("{[", "]: x}")),
        Attack("depth 200 in brackets", says: "nested more than 64", head + "x: " + nest("[", 200, "]")),
        Attack("depth 200 in braces", says: "nested more than 64", head + "x: " + nest("{a: ", 200, "}")),
        Attack(
            "depth 200 by indentation",
            says: "nested more than 64",
            (0..<200).map { String(repeating: " ", count: $0) + "x:\n" }.joined()
        ),
        Attack(
            "depth 200 by dashes",
            says: "nested more than 64",
            "x:\n" + String(repeating: "- ", count: 200) + "a\n"
        ),
        Attack("depth 5000", says: "nested more than 64", "x: " + String(repeating: "[", count: 5000)),
        Attack("depth 100 000", says: "more than 10000", "x: " + String(repeating: "[", count: 100_000)),
        Attack("10 duplicate keys", says: "appears twice", (1...10).map { "a\($0): 1\na\($0): 2\n" }.joined()),
        Attack(
            "100 duplicate keys",
            says: "more in one map more than once",
            (1...100).map { "a\($0): 1\na\($0): 2\n" }.joined()
        ),
        Attack("tabs", says: "a tab is in the indentation", "services:\n\ta:\n\t\tcommand: [b]\n"),
        Attack("bad encoding at the end of 1 MiB", says: "not UTF-8", bytes: comment(1 << 20) + [0xFF]),
        Attack("overlong encoding", says: "not UTF-8", bytes: Array(head.utf8) + [0xC0, 0xAF]),
        Attack("half a surrogate", says: "not UTF-8", bytes: Array(head.utf8) + [0xED, 0xA0, 0x80]),
        Attack("UTF-16", says: "UTF-16", bytes: [0xFF, 0xFE, 0x61, 0x00]),
        Attack("NUL", says: "control character", bytes: Array(head.utf8) + [0]),
        Attack("200 anchors", says: "more than 64 anchors", head + (1...200).map { "x-\($0): &a\($0) 1\n" }.joined()),
        Attack("an anchor inside itself", says: "no anchor", head + "x: &a [*a]\n"),
        Attack("a document of tags", says: "not allowed", "x: !!python/object:os.system [ls]\n"),
        Attack("a thousand documents", says: "second document", String(repeating: "a: 1\n---\n", count: 1000)),
    ]

    /// As much as fits into the limits: not refused at the first look, but still in no time that a person would notice.
    static let bulk = [
        Attack("one key 3000 times", says: "more than once", String(repeating: "a: 1\n", count: 3000)),
        Attack(
            "1 MiB of small lists",
            says: "more than 10000",
            "x: [" + String(repeating: "[],", count: 349_000) + "]"
        ),
        Attack("1 MiB of list items", says: "more than 10000", String(repeating: "- a\n", count: 262_000)),
        Attack("12 000 keys", says: "more than 10000", (0..<12_000).map { "a\($0): 1\n" }.joined()),
        Attack("1 MiB in one word", says: "map", String(repeating: "a", count: (1 << 20) - 1)),
        Attack("1 MiB of stars", says: "more than 10000", "a: " + String(repeating: "*", count: (1 << 20) - 4)),
        Attack("25 000 stars", says: "quoted", "a: " + String(repeating: "*", count: 25_000)),
        Attack(
            "20 000 open references",
            says: "never closed",
            spec("a: {command: ['" + String(repeating: "${", count: 20_000) + "']}")
        ),
        Attack(
            "20 000 empty references",
            says: "not a reference",
            spec("a: {command: ['" + String(repeating: "${}", count: 20_000) + "']}")
        ),
    ]

    private static func nest(_ open: String, _ depth: Int, _ close: String) -> String {
        String(repeating: open, count: depth) + String(repeating: close, count: depth) + "\n"
    }

    private static func comment(_ size: Int) -> [UInt8] {
        Array(repeating: Array("# padding......\n".utf8), count: size / 16).flatMap { $0 }.dropLast(1)
    }

    @Test("Every attack is refused in 50 ms and 64 MiB", arguments: attacks)
    func refused(attack: Attack) throws {
        try Self.measure(attack, budget: .milliseconds(50))
    }

    @Test("Sheer size costs less than a second of a debug build, and 64 MiB", arguments: bulk)
    func bulky(attack: Attack) throws {
        try Self.measure(attack, budget: .seconds(1))
    }

    private static func measure(_ attack: Attack, budget: Duration) throws {
        let text = SpecText(file: "stack.yaml", bytes: attack.bytes)
        var best = Duration.seconds(60)
        var loaded: LoadedSpec?
        let before = try resetPeak()
        // The processor time of this thread, the best of three: other tests and builds share the machine.
        for _ in 1...3 {
            let start = processorTime()
            loaded = SpecLoader.load(text, environment: nil, variables: [:])
            best = min(best, processorTime() - start)
        }
        let growth = try memory("VmHWM:") - before
        let milliseconds = Double(best / .microseconds(1)).rounded() / 1000
        print("hostile: \(attack.name): \(milliseconds) ms, \(growth >> 10) KiB at most")
        #expect(loaded?.stack == nil)
        #expect(loaded?.diagnostics.contains { $0.message.contains(attack.says) } == true, "\(loaded?.messages ?? [])")
        #expect(best < budget)
        #expect(growth < 64 << 20)
    }

    private static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// Begins a new peak of resident memory. Returns what is resident now.
    private static func resetPeak() throws -> Int {
        try Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
        return try memory("VmRSS:")
    }

    /// A line of /proc/self/status, in bytes.
    private static func memory(_ name: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
        return (line?.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
}
