import Basics
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
}
