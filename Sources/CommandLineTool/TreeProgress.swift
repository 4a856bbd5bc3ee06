import Basics
import Ledger
import Orchestration
import StackModel
import Synchronization

/// A tree of services and their steps that redraws itself in place.
final class TreeProgress: ProgressRenderer {
    private struct State {
        var tree: StepTree?
        /// How wide the lines are that the next drawing replaces.
        var drawn: [Int] = []
    }

    private let style: TextStyle
    private let screen: @Sendable () -> ScreenSize
    private let state = Mutex(State())

    init(style: TextStyle, screen: @escaping @Sendable () -> ScreenSize) {
        self.style = style
        self.screen = screen
    }

    func text(for event: ProgressEvent, at time: TimeSpan) -> String {
        state.withLock { state in
            switch event {
            case .note(let text): return "\(text)\n"
            case .recovered(let operation):
                return "Operation \(operation.id) (\(operation.reason)) was cut short; going on from what is there.\n"
            case .began(let plan, _): state = State(tree: StepTree(plan))
            case .stepBegan(let step): state.tree?.marks[step.number] = .running(since: time)
            case .stepNote(let step, let note): state.tree?.notes[step.number] = LineWidth.flat(note)
            case .stepEnded(let step, .succeeded, _): state.tree?.marks[step.number] = .succeeded
            case .stepEnded(let step, .failed(let error), _):
                state.tree?.marks[step.number] = .failed(LineWidth.flat(error.message))
            case .reverting(let failure):
                state = State()
                return "\(style.yellow("Going back:")) \(failure.message)\n"
                    + ErrorText.details(of: failure, style: style)
            case .ended:
                let last = redraw(&state, at: time)
                state = State()
                return last
            }
            return redraw(&state, at: time)
        }
    }

    func tick(at time: TimeSpan) -> String {
        state.withLock { redraw(&$0, at: time) }
    }

    private func redraw(_ state: inout State, at time: TimeSpan) -> String {
        guard let tree = state.tree else { return "" }
        let screen = screen()
        let lines = tree.lines(on: screen, at: time, style: style)
        // A terminal that was made narrower since has broken what was drawn into more lines.
        let height = state.drawn.reduce(0) { $0 + max(1, ($1 + screen.columns - 1) / screen.columns) }
        let up = height > 0 ? "\u{1B}[\(min(height, screen.rows - 1))A" : ""
        state.drawn = lines.map(LineWidth.of)
        return up + lines.map { "\r\u{1B}[2K\($0)\n" }.joined() + "\u{1B}[J"
    }
}
