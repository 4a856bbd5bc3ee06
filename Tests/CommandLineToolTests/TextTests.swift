import Basics
import Ledger
import StackModel
import Testing

@testable import CommandLineTool

@Suite("What a person reads")
struct TextTests {
    private let plain = TextStyle(color: false)

    @Test("columns are as wide as their widest cell and lines have no trailing blanks")
    func table() {
        var table = TextTable("NAME", "STATE")
        table.add("api-1", "ready")
        table.add("postgres-1", "-")
        #expect(table.render(style: plain) == "NAME        STATE\napi-1       ready\npostgres-1  -")
    }

    @Test("an error shows its evidence and the next command")
    func error() {
        let error = ReportableError(
            .replicaFailed,
            "api-2 exited with code 1 after 0.4 s",
            hint: "See `slipway logs`.",
            details: ["KeyError"]
        )
        #expect(
            ErrorText.render(error, style: plain)
                == "error: api-2 exited with code 1 after 0.4 s\n  | KeyError\nhelp: See `slipway logs`."
        )
    }

    @Test("moments are written in UTC and read back")
    func moments() throws {
        let now = Instant(milliseconds: 1_795_242_902_000)
        #expect(TimeText.stamp(now) == "2026-11-21 06:35:02Z")
        #expect(try TimeText.parse("2026-11-21T06:35:02Z", now: now) == now)
        #expect(try TimeText.parse(TimeText.stamp(now), now: now) == now)
        #expect(try TimeText.parse("2026-11-21T06:35:02.257Z", now: now).milliseconds == now.milliseconds + 257)
        #expect(try TimeText.parse("10m", now: now).milliseconds == now.milliseconds - 600_000)
        #expect(throws: ReportableError.self) { try TimeText.parse("yesterday", now: now) }
    }

    @Test("ages grow in steps a person thinks in")
    func ages() {
        let now = Instant(milliseconds: 1_000_000_000_000)
        func age(_ seconds: Int) -> String {
            TimeText.age(Instant(milliseconds: now.milliseconds - seconds * 1000), at: now)
        }
        #expect([age(5), age(119), age(120), age(7200), age(172_800)] == ["5 s", "119 s", "2 min", "2 h", "2 d"])
        #expect(age(-60) == "0 s")
    }

    @Test("a next command can be typed as it is printed")
    func shellWords() {
        #expect(ShellWord.quoted("stacks/shop_2.yaml") == "stacks/shop_2.yaml")
        #expect(ShellWord.quoted("sp ace") == "'sp ace'")
        #expect(ShellWord.quoted("it's") == #"'it'\''s'"#)
        #expect(ShellWord.quoted("") == "''")
    }

    @Test("an intact history says how long it is, another what was changed first")
    func chain() throws {
        let head = Digest(of: "head")
        #expect(
            try ChainText.verdict(on: ChainReport(length: 2, head: head, faults: []))
                == "the history is intact: 2 events, the last one \(head)"
        )
        let faults = [4, 9].map { ChainFault(event: $0, message: "event \($0) was changed") }
        let error = #expect(throws: ReportableError.self) {
            try ChainText.verdict(on: ChainReport(length: 9, head: head, faults: faults))
        }
        #expect(error?.message == "the history is not what was recorded: event 4 was changed")
        #expect(error?.details == ["event 9 was changed"])
    }

    @Test("keys that nothing acts on yet are named")
    func dormant() {
        var stack = Stack(name: "shop", environment: "local", engine: .process, services: [])
        #expect(SpecVerdict.Valid(stack).note == nil)
        stack.secrets = [SecretDeclaration(name: "jwt", kind: .random, rotate: .seconds(60))]
        #expect(SpecVerdict.Valid(stack).note == "checked, and not acted on yet: rotate")
    }
}
