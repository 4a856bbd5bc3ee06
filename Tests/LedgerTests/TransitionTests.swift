import Basics
import Ledger
import StackModel
import Testing

@Suite("States of steps, operations and secrets")
struct TransitionTests {
    @Test("a step goes from pending to begun to its outcome, and nothing else")
    func steps() {
        let legal: [StepState: [StepEvent: StepState]] = [
            .pending: [.begun: .begun],
            .begun: [.ended(.succeeded): .succeeded, .ended(.failed(Samples.failure)): .failed],
        ]
        let events: [StepEvent] = [.begun, .ended(.succeeded), .ended(.failed(Samples.failure))]
        for state in StepState.allCases {
            for event in events {
                #expect(result { () throws(ReportableError) in try state.next(after: event) } == legal[state]?[event])
            }
        }
    }

    @Test("an operation ends once, in a state that is not active")
    func operations() {
        for state in Operation.State.allCases {
            for end in Operation.State.allCases {
                let next = result { () throws(ReportableError) in try state.next(after: .ended(as: end)) }
                let isLegal = state.isActive && !end.isActive
                #expect(next == (isLegal ? end : nil), "\(state) ended as \(end)")
            }
            let takenOver = result { () throws(ReportableError) in try state.next(after: .takenOver) }
            #expect(takenOver == (state.isActive ? state : nil))
        }
    }

    @Test("a secret version is pending, current, previous, retired, and skips no stage")
    func secrets() {
        let legal: [SecretLabel: [SecretEvent: SecretLabel]] = [
            .pending: [.promoted: .current, .retired: .retired],
            .current: [.succeeded: .previous],
            .previous: [.retired: .retired],
            .retired: [.restored: .current],
        ]
        for label in SecretLabel.allCases {
            for event in [SecretEvent.promoted, .succeeded, .retired, .restored] {
                #expect(result { () throws(ReportableError) in try label.next(after: event) } == legal[label]?[event])
            }
        }
    }

    @Test("the key of a step stays the same over operations and changes with what it does")
    func keys() {
        let plan = Samples.plan(replicas: 2)
        let keys = plan.steps.map { StepKey.of($0, in: plan) }
        #expect(Set(keys).count == keys.count)
        #expect(keys == plan.steps.map { StepKey.of($0, in: plan) })
        let first = plan.steps[0]
        let renumbered = Step(number: 9, action: first.action, cause: "other words", after: [1])
        #expect(StepKey.of(renumbered, in: plan) == keys[0])
        #expect(StepKey.of(first, in: Samples.plan(.revert, replicas: 2)) == keys[0])
        #expect(StepKey.of(first, in: Samples.plan(digest: "other", replicas: 2)) != keys[0])
        #expect(StepKey.of(first, in: Samples.plan(of: StackID("shop", "test"), replicas: 2)) != keys[0])
    }

    /// The state, or nil where the transition was refused as ours to mend.
    private func result<State>(_ body: () throws(ReportableError) -> State) -> State? {
        do {
            return try body()
        } catch {
            #expect(error.code == .broken)
            return nil
        }
    }
}
