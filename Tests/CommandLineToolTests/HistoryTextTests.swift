import Basics
import Ledger
import StackModel
import Testing

@testable import CommandLineTool

@Suite("slipway history, in detail")
struct HistoryTextTests {
    private let start = Instant(milliseconds: 1_795_242_902_000)

    private func later(_ seconds: Int) -> Instant { Instant(milliseconds: start.milliseconds + seconds * 1000) }

    @Test("the steps of one operation, with their times and what failed")
    func steps() {
        let failure = ReportableError(.replicaFailed, "api-1 exited with code 1", details: ["KeyError"])
        let operation = OperationOutline(
            id: 7,
            purpose: .deploy,
            release: 2,
            state: .failed,
            startedAt: start,
            endedAt: later(5),
            actor: "ada@host",
            owner: OwnerID(bootID: "boot", processID: 1, startTicks: 1),
            reason: "deploy",
            failure: failure
        )
        func record(_ number: Int, _ action: Action, _ state: StepState, took: Int?) -> StepRecord {
            StepRecord(
                step: Step(number: number, action: action, cause: "", after: []),
                key: Digest(of: "\(number)"),
                state: state,
                beganAt: took.map { _ in start },
                endedAt: took.map(later),
                failure: state == .failed ? failure : nil
            )
        }
        let detail = OperationDetail(
            operation: operation,
            ownerIsGone: false,
            steps: [
                record(1, .stopReplica(ReplicaID("api", 1)), .succeeded, took: 1),
                record(2, .admit(ReplicaID("api", 2)), .failed, took: 4),
                record(3, .removeStack, .pending, took: nil),
            ]
        )
        #expect(
            detail.text(style: TextStyle(color: false)) == """
                operation 7: deploy by ada@host, release 2, failed after 5.0 s: api-1 exited with code 1
                  | KeyError

                STEP  WHAT                              BEGAN                 TOOK   ENDED
                1     stop api-1                        2026-11-21 06:35:02Z  1.0 s  done
                2     send traffic to api-2             2026-11-21 06:35:02Z  4.0 s  failed: api-1 exited with code 1
                3     remove what is left of the stack  -                     -      not begun
                """
        )
    }

    @Test("a long failure takes no more of a table than a column, and one line")
    func column() {
        let operation = OperationOutline(
            id: 7,
            purpose: .deploy,
            release: 2,
            state: .failed,
            startedAt: start,
            endedAt: later(5),
            actor: "ada@host",
            owner: OwnerID(bootID: "boot", processID: 1, startTicks: 1),
            reason: "deploy",
            failure: ReportableError(.replicaFailed, "api-1 said\n" + String(repeating: "no ", count: 40))
        )
        let text = OperationText.short(of: operation)
        #expect(text.hasPrefix("failed after 5.0 s: api-1 said no no"))
        #expect(text.count == 60 && text.hasSuffix("…"))
        #expect(OperationText.outcome(of: operation).count > 100)
    }
}
