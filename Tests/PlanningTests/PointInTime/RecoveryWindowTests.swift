import Basics
import StackModel
import Testing

@testable import Planning

@Suite struct RecoveryWindowTests {
    private func segment(_ number: Int, timeline: Int = 1) -> LogSegment {
        LogSegment(timeline: timeline, number: number, bytes: 16 << 20)
    }

    private func base(_ first: Int, at seconds: Int, lineage: String = "a") -> BaseSet {
        BaseSet(
            id: "base-\(first)",
            lineage: lineage,
            first: LogPlace(file: first),
            at: Instant(milliseconds: seconds * 1000)
        )
    }

    private func log(_ first: Int, _ last: Int, until seconds: Int, lineage: String = "a") -> LogSet {
        LogSet(
            id: "log-\(first)-\(last)",
            lineage: lineage,
            first: LogPlace(file: first),
            end: LogPlace(file: last + 1),
            until: Instant(milliseconds: seconds * 1000)
        )
    }

    private func moment(_ seconds: Int) -> Instant { Instant(milliseconds: seconds * 1000) }

    @Test("segments are named and numbered as Postgres does it")
    func segments() throws {
        let last = try #require(LogSegment("0000000A00000001000000FF", bytes: 16 << 20))
        #expect((last.timeline, last.number) == (10, 511))
        #expect(LogSegment(timeline: 10, number: 512, bytes: 16 << 20).name == "0000000A0000000200000000")
        #expect(LogSegment("000000010000000000000FFF", bytes: 1 << 20)?.number == 4095)
        for name in [
            "0000000A0000000100000100", "000000000000000100000001", "00000002.history", "00000001000000000000000",
            "00000001000000000000000a", "000000010000000000000003.partial", "+00000010000000000000003",
        ] {
            #expect(LogSegment(name, bytes: 16 << 20) == nil, "\(name)")
        }
        #expect(LogSegment("0000000A00000001000000FF", bytes: 3 << 20) == nil)
    }

    @Test("a window goes from the copy's moment to the end of the log, and a target has to lie in it")
    func window() {
        let logs = [log(5, 5, until: 300), log(1, 2, until: 50), log(3, 4, until: 200)]
        let window = RecoveryWindow(of: base(2, at: 100), among: logs)
        #expect(window.logs.map(\.id) == ["log-1-2", "log-3-4", "log-5-5"])
        #expect((window.from, window.until) == (moment(100), moment(300)))
        #expect(window.logs(to: moment(99)) == nil && window.logs(to: moment(301)) == nil)
        #expect(window.logs(to: moment(100))?.map(\.id) == ["log-1-2", "log-3-4"])
        #expect(window.logs(to: moment(200))?.map(\.id) == ["log-1-2", "log-3-4"])
        #expect(window.logs(to: moment(201))?.count == 3)
        #expect(!window.hasGap)
    }

    @Test("nothing behind a gap counts, nor what another life of the cluster has written")
    func gaps() {
        let logs = [log(2, 2, until: 150), log(4, 4, until: 300), log(3, 3, until: 250, lineage: "b")]
        let window = RecoveryWindow(of: base(2, at: 100), among: logs)
        #expect(window.until == moment(150) && window.hasGap)
        #expect(RecoveryWindow(of: base(3, at: 100), among: logs).until == nil)
        #expect(RecoveryWindow(of: base(9, at: 400), among: logs) == RecoveryWindow(of: base(9, at: 400), among: []))
        // Before its own moment a copy is no state of the cluster.
        #expect(RecoveryWindow(of: base(2, at: 200), among: [log(2, 2, until: 150)]).until == nil)
    }

    @Test("what was shipped twice counts once")
    func overlaps() {
        let logs = [log(2, 4, until: 200), log(2, 3, until: 150), log(4, 6, until: 300)]
        let window = RecoveryWindow(of: base(2, at: 100), among: logs)
        #expect(window.logs.map(\.id) == ["log-2-3", "log-2-4", "log-4-6"])
        #expect(window.until == moment(300))
    }

    @Test("the nearest copy before the moment is taken")
    func nearest() {
        let logs = [log(1, 3, until: 200), log(4, 6, until: 400)]
        let windows = [base(1, at: 100), base(4, at: 300), base(6, at: 390)].map { RecoveryWindow(of: $0, among: logs) }
        #expect(windows.best(for: moment(350))?.base.id == "base-4")
        #expect(windows.best(for: moment(299))?.base.id == "base-1")
        #expect(windows.best(for: moment(50)) == nil && windows.best(for: moment(401)) == nil)
    }

    @Test("a part of the log stays for as long as a copy needs it")
    func retention() {
        let logs = [
            log(1, 2, until: 50), log(3, 4, until: 150), log(5, 5, until: 200), log(3, 3, until: 120, lineage: "b"),
            log(9, 9, until: 500, lineage: "c"),
        ]
        let kept = LogRetention(logs, for: [base(4, at: 140), base(5, at: 180)]).reasons
        #expect(Set(kept.keys.map(\.id)) == ["log-3-4", "log-5-5", "log-9-9"])
        #expect(kept[logs[2]] == "leads on from base-4" && kept[logs[4]] == "newer than every copy")
        #expect(LogRetention(logs, for: []).reasons.count == 5)
        let ended = LogRetention(logs, for: [base(4, at: 140)], isShipped: false).reasons
        #expect(Set(ended.keys.map(\.id)) == ["log-3-4", "log-5-5"])
        #expect(LogRetention(logs, for: [], isShipped: false).reasons.isEmpty)
    }

    /// The log of a Redis: places within files, and whole seconds.
    private func appended(_ first: (Int, Int), _ end: (Int, Int), until seconds: Int) -> LogSet {
        LogSet(
            id: "\(first.0)-\(first.1)",
            lineage: "a",
            first: LogPlace(file: first.0, offset: first.1),
            end: LogPlace(file: end.0, offset: end.1),
            until: moment(seconds)
        )
    }

    @Test("a log that says where nothing was written leads on, and one that is told by seconds is cut to them")
    func quiet() {
        let base = BaseSet(
            id: "base",
            lineage: "a",
            first: LogPlace(file: 3),
            at: moment(100),
            grain: .seconds(1)
        )
        let logs = [
            appended((2, 5), (3, 0), until: 90), appended((3, 0), (3, 0), until: 110),
            appended((3, 0), (4, 70), until: 200), appended((4, 70), (4, 70), until: 300),
        ]
        let window = RecoveryWindow(of: base, among: logs)
        #expect(window.logs.map(\.until) == [110, 200, 300].map(moment))
        #expect(window.reach == LogPlace(file: 4, offset: 70) && !window.hasGap)
        let late = Instant(milliseconds: 300_999)
        #expect(window.told(late) == moment(300) && window.logs(to: late)?.count == 3)
        #expect(window.logs(to: Instant(milliseconds: 99_999)) == nil)
        let behind = RecoveryWindow(of: base, among: [appended((3, 1), (3, 9), until: 200)])
        #expect(behind.until == nil && behind.hasGap && behind.reach == LogPlace(file: 3))
    }

    @Test("a place is read as it was written, and nothing else is one")
    func places() {
        #expect(LogPlace(pieceName: LogPlace(file: 12, offset: 400).pieceName) == LogPlace(file: 12, offset: 400))
        for text in ["", "12", "0-1", "1--1", "01-1", "1-1-1", "1-x", "+1-1", "-1-1"] {
            #expect(LogPlace(text) == nil, "\(text)")
        }
    }

    @Test("what is shipped together leaves none out, and is not too much")
    func runs() {
        let numbers = [1, 2, 3, 5, 6, 9]
        let runs = LogSegment.runs(of: numbers.map { segment($0) } + [segment(10, timeline: 2)], atMost: 2)
        #expect(runs.map { $0.map(\.number) } == [[1, 2], [3], [5, 6], [9], [10]])
        #expect(LogSegment.runs(of: [], atMost: 2).isEmpty)
    }
}
