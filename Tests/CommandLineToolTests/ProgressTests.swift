import Basics
import Ledger
import Orchestration
import StackModel
import Testing

@testable import CommandLineTool

@Suite("How an operation is shown while it runs")
struct ProgressTests {
    private static let start = Step(
        number: 1,
        action: .startReplica(ReplicaID("api", 3), revision: Digest(of: "revision")),
        cause: "api-1 has another revision",
        after: []
    )
    private static let wait = Step(
        number: 2,
        action: .awaitReady(ReplicaID("api", 3), healthyFor: .seconds(3), deadline: .seconds(120)),
        cause: "api-3 is new",
        after: [1]
    )
    private static let sweep = Step(number: 3, action: .removeStack, cause: "nothing runs any more", after: [2])

    private static let plan = Plan(
        purpose: .deploy,
        stack: StackID("shop", "local"),
        release: 2,
        releaseDigest: Digest(of: "release"),
        basis: Digest(of: "world"),
        steps: [start, wait, sweep]
    )
    private static let failure = ReportableError(.replicaFailed, "api-3 exited with code 1", details: ["KeyError"])

    private static let crashed = Operation(
        id: 6,
        plan: plan,
        state: .crashed,
        startedAt: Instant(milliseconds: 0),
        actor: "ada@host",
        owner: OwnerID(bootID: "boot", processID: 1, startTicks: 1),
        reason: "deploy"
    )

    private let events: [ProgressEvent] = [
        .recovered(crashed),
        .began(plan, operation: 7),
        .stepBegan(start),
        .stepNote(start, "waiting for port 20001"),
        .stepEnded(start, .succeeded, TimeSpan(milliseconds: 420)),
        .stepBegan(wait),
        .stepEnded(wait, .failed(failure), .seconds(12)),
        .reverting(failure),
        .ended(.revert, .seconds(4)),
    ]

    @Test("in a pipe: one line per event")
    func plain() {
        let progress = PlainProgress(style: TextStyle(color: false))
        let revision = Digest(of: "revision").short
        #expect(
            events.map { progress.text(for: $0, at: .seconds(0)) }.joined() == """
                operation 6 (deploy) was cut short; going on from what is there
                operation 7: deploy shop/local, 3 steps
                [1] start api-3 (revision \(revision)) ...
                [1]   waiting for port 20001
                [1] start api-3 (revision \(revision)): done in 0.4 s
                [2] wait until api-3 is ready for 3s, at most 2m ...
                [2] wait until api-3 is ready for 3s, at most 2m: failed after 12.0 s: api-3 exited with code 1
                going back: api-3 exited with code 1
                  | KeyError

                """
        )
    }

    @Test("for programs: one object per event, with everything that is known of a failure")
    func json() {
        let progress = JSONProgress()
        let lines = events.map { progress.text(for: $0, at: .seconds(0)) }
        #expect(lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") && !$0.contains("\n") })
        #expect(lines[1].hasPrefix(#"{"event":"began","operation":7,"plan":{"#))
        let revision = Digest(of: "revision").short
        let error =
            #""error":{"code":"replicaFailed","details":["KeyError"],"diagnostics":[],"message":"api-3 exited with code 1"}"#
        #expect(
            lines.enumerated().filter { $0.offset != 1 }.map(\.element) == [
                #"{"event":"recovered","message":"deploy","operation":6}"#,
                #"{"action":"start api-3 (revision \#(revision))","cause":"api-1 has another revision","event":"step-began","step":1}"#,
                #"{"event":"step-note","message":"waiting for port 20001","step":1}"#,
                #"{"action":"start api-3 (revision \#(revision))","event":"step-succeeded","milliseconds":420,"step":1}"#,
                #"{"action":"wait until api-3 is ready for 3s, at most 2m","cause":"api-3 is new","event":"step-began","step":2}"#,
                #"{"action":"wait until api-3 is ready for 3s, at most 2m",\#(error),"event":"step-failed","milliseconds":12000,"step":2}"#,
                #"{\#(error),"event":"reverting"}"#,
                #"{"event":"ended","milliseconds":4000,"purpose":"revert"}"#,
            ]
        )
        #expect(
            ResultLine(Self.failure).text == #"{\#(error),"event":"result","exitCode":1,"outcome":"failed"}"#
        )
        #expect(JSONProgress.warning("no limits here") == #"{"event":"warning","message":"no limits here"}"#)
    }

    @Test("on a terminal: a tree that is drawn over itself")
    func tree() {
        let progress = TreeProgress(style: TextStyle(color: false)) { ScreenSize(columns: 120, rows: 40) }
        let frames = events.map { progress.text(for: $0, at: .seconds(0)) }
        #expect(
            Self.stripped(frames[3]) == """
                deploy shop/local: 0 of 3 steps
                  ▸ api  0/2
                      start api-3 (revision \(Digest(of: "revision").short))  waiting for port 20001
                  · the stack  0/1

                """
        )
        #expect(
            Self.stripped(frames[6]) == """
                deploy shop/local: 1 of 3 steps
                  ▸ api  1/2
                      ✗ wait until api-3 is ready for 3s, at most 2m: api-3 exited with code 1
                  · the stack  0/1

                """
        )
        #expect(frames[3].hasPrefix("\u{1B}[4A"), "it goes up over the four lines it drew before")
        #expect(frames[7] == "Going back: api-3 exited with code 1\n  | KeyError\n")
    }

    @Test("on a terminal: a step shows how long it runs, also when nothing else happens")
    func age() {
        let progress = TreeProgress(style: TextStyle(color: false)) { ScreenSize(columns: 120, rows: 40) }
        _ = progress.text(for: .began(Self.plan, operation: 7), at: .seconds(1))
        _ = progress.text(for: .stepBegan(Self.wait), at: .seconds(2))
        #expect(Self.stripped(progress.tick(at: .seconds(14))).contains("at most 2m  12 s\n"))
        _ = progress.text(for: .ended(.deploy, .seconds(14)), at: .seconds(14))
        #expect(progress.tick(at: .seconds(15)) == "")
    }

    @Test("on a small terminal: no line is broken, and no tree is taller than the screen", arguments: [15, 8, 4, 2])
    func fits(rows: Int) {
        let names = (1...30).map { ServiceName(unchecked: "service-\($0)") }
        let steps = names.enumerated().map { index, name in
            Step(
                number: index + 1,
                action: .startReplica(ReplicaID(name, 1), revision: Digest(of: "r")),
                cause: "",
                after: []
            )
        }
        let plan = Plan(
            purpose: .deploy,
            stack: StackID("shop", "local"),
            release: 1,
            releaseDigest: Digest(of: "release"),
            basis: Digest(of: "world"),
            steps: steps
        )
        let progress = TreeProgress(style: TextStyle(color: true)) { ScreenSize(columns: 40, rows: rows) }
        var drawn = 0
        for event in [.began(plan, operation: 1)]
            + steps.prefix(20).flatMap({ step -> [ProgressEvent] in
                [.stepBegan(step), .stepNote(step, String(repeating: "a long note ", count: 20))]
                    + (step.number % 5 == 0 ? [] : [.stepEnded(step, .succeeded, .seconds(1))])
            })
        {
            let frame = progress.text(for: event, at: .seconds(3))
            #expect(drawn == 0 || frame.hasPrefix("\u{1B}[\(drawn)A"))
            let lines = Self.stripped(frame).split(separator: "\n").map { $0.replacing(/\u{1B}\[[0-9]*m/, with: "") }
            #expect(lines.count < rows && lines.allSatisfy { $0.count < 40 }, "\(lines)")
            drawn = lines.count
            guard rows == 15, case .stepNote(let step, _) = event, step.number == 20 else { continue }
            #expect(lines[1] == "  ✓ 16 done" && lines.last == "  · 10 waiting", "\(lines)")
        }
    }

    @Test("lines are cut where the screen ends, whatever they are made of")
    func width() {
        #expect(LineWidth.cut("abcdef", to: 6) == "abcdef")
        #expect(LineWidth.cut("abcdefg", to: 6) == "abcde…")
        #expect(LineWidth.cut("\u{1B}[2mabcdefg\u{1B}[0m", to: 6) == "\u{1B}[2mabcde…\u{1B}[0m")
        #expect(LineWidth.of("\u{1B}[31m✗\u{1B}[0m é漢字") == 7)
        #expect(LineWidth.flat("a\nb\u{1B}[2K") == "a b [2K")
    }

    /// Without what moves the cursor.
    private static func stripped(_ text: String) -> String {
        text.replacing("\r", with: "").replacing(/\u{1B}\[[0-9]*[AJK]/, with: "")
    }
}
