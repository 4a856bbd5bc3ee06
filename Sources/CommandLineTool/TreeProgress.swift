import Basics
import Ledger
import Orchestration
import StackModel
import Synchronization

/// A tree of services and their steps that redraws itself in place.
final class TreeProgress: ProgressRenderer {
    private struct State {
        var plan: Plan?
        var marks: [Int: Mark] = [:]
        var notes: [Int: String] = [:]
        /// Lines on the screen that the next drawing replaces.
        var height = 0
    }

    private enum Mark {
        case running, succeeded(TimeSpan), failed(String)
    }

    private let style: TextStyle
    private let state = Mutex(State())

    init(style: TextStyle) {
        self.style = style
    }

    func text(for event: ProgressEvent) -> String {
        state.withLock { state in
            switch event {
            case .recovered(let operation):
                return "Operation \(operation.id) (\(operation.reason)) was cut short; going on from what is there.\n"
            case .began(let plan, _):
                state = State(plan: plan)
            case .stepBegan(let step): state.marks[step.number] = .running
            case .stepNote(let step, let note): state.notes[step.number] = note
            case .stepEnded(let step, .succeeded, let elapsed): state.marks[step.number] = .succeeded(elapsed)
            case .stepEnded(let step, .failed(let error), _): state.marks[step.number] = .failed(error.message)
            case .reverting(let failure):
                state = State()
                return "\(style.yellow("Going back:")) \(failure.message)\n"
                    + ErrorText.details(of: failure, style: style)
            case .ended: break
            }
            return redraw(&state)
        }
    }

    private func redraw(_ state: inout State) -> String {
        guard let plan = state.plan else { return "" }
        let lines = tree(of: plan, state)
        let up = state.height > 0 ? "\u{1B}[\(state.height)A" : ""
        state.height = lines.count
        return up + lines.map { "\r\u{1B}[2K\($0)\n" }.joined() + "\u{1B}[J"
    }

    /// A service whose steps are all done is one line; one that is at work shows the step it is at.
    private func tree(of plan: Plan, _ state: State) -> [String] {
        var order: [String] = []
        var groups: [String: [Step]] = [:]
        for step in plan.steps {
            let group = step.action.service?.text ?? "the stack"
            if groups[group] == nil { order.append(group) }
            groups[group, default: []].append(step)
        }
        let done = state.marks.values.count { if case .succeeded = $0 { true } else { false } }
        return ["\(style.bold(plan.purpose.rawValue)) \(plan.stack): \(done) of \(plan.steps.count) steps"]
            + order.flatMap { branch(of: $0, groups[$0] ?? [], state) }
    }

    private func branch(of group: String, _ steps: [Step], _ state: State) -> [String] {
        let done = steps.count { if case .succeeded = state.marks[$0.number] { true } else { false } }
        let sign =
            done == steps.count
            ? style.green("✓") : done > 0 || steps.contains { state.marks[$0.number] != nil } ? "▸" : style.dim("·")
        let open = steps.filter {
            switch state.marks[$0.number] {
            case .running, .failed: true
            default: false
            }
        }
        return ["  \(sign) \(group)  \(style.dim("\(done)/\(steps.count)"))"] + open.map { leaf($0, state) }
    }

    private func leaf(_ step: Step, _ state: State) -> String {
        let note = state.notes[step.number].map { "  \(style.dim($0))" } ?? ""
        if case .failed(let message) = state.marks[step.number] {
            return "      \(style.red("✗")) \(step.action.summary): \(message)"
        }
        return "      \(step.action.summary)\(note)"
    }
}
