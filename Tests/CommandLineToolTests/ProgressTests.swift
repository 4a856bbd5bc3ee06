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
            events.map(progress.text).joined() == """
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

    @Test("for programs: one object per line and event")
    func json() {
        let progress = JSONProgress()
        let lines = events.map(progress.text)
        #expect(lines.allSatisfy { $0.hasSuffix("}\n") && $0.split(separator: "\n").count == 1 })
        #expect(lines[1].hasPrefix(#"{"event":"began","operation":7,"plan":{"#))
        let revision = Digest(of: "revision").short
        #expect(
            lines.enumerated().filter { $0.offset != 1 }.map(\.element).joined() == """
                {"event":"recovered","message":"deploy","operation":6}
                {"action":"start api-3 (revision \(revision))","cause":"api-1 has another revision","event":"step-began","step":1}
                {"event":"step-note","message":"waiting for port 20001","step":1}
                {"action":"start api-3 (revision \(revision))","event":"step-succeeded","milliseconds":420,"step":1}
                {"action":"wait until api-3 is ready for 3s, at most 2m","cause":"api-3 is new","event":"step-began","step":2}
                {"action":"wait until api-3 is ready for 3s, at most 2m","event":"step-failed","message":"api-3 exited with code 1","milliseconds":12000,"step":2}
                {"event":"reverting","message":"api-3 exited with code 1"}
                {"event":"ended","milliseconds":4000,"purpose":"revert"}

                """
        )
    }

    @Test("on a terminal: a tree that is drawn over itself")
    func tree() {
        let progress = TreeProgress(style: TextStyle(color: false))
        let frames = events.map(progress.text)
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

    /// Without what moves the cursor.
    private static func stripped(_ text: String) -> String {
        text.replacing("\r", with: "").replacing(/\u{1B}\[[0-9]*[AJK]/, with: "")
    }
}
