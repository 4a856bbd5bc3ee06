import Basics
import Orchestration
import StackModel
import Synchronization

/// Whether a process of slipway lives, is dead, or walks as a ghost: a process that was held up for so long that
/// others took over, and that now goes on where it was.
final class Life: Sendable {
    private enum Mode { case alive, dead, ghost }

    private struct State {
        var mode = Mode.alive
        var actions: [Int: Action] = [:]
        var inFlight = 0
        /// Effects whose intent was recorded in life and that have not begun.
        var intended = 0
        var parked: [CheckedContinuation<Void, Never>] = []
        var atRest: (@Sendable () -> Void)?
        var ghostEffects = 0
        var excusedEffects = 0
        var isOver = false
    }

    private static let numbers = Atomic(0)

    let number = Life.numbers.add(1, ordering: .relaxed).newValue
    private let wanted: @Sendable (FaultPoint, Action) -> Bool
    private let state = Mutex(State())

    init(dyingAt wanted: @escaping @Sendable (FaultPoint, Action) -> Bool) { self.wanted = wanted }

    /// Remembers the plan that is run now.
    func follow(_ plan: Plan) {
        let actions = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.number, $0.action) })
        state.withLock { $0.actions = actions }
    }

    /// Called once the process is dead and no effect of it is under way.
    func whenAtRest(_ call: @escaping @Sendable () -> Void) { state.withLock { $0.atRest = call } }

    /// Its work has ended.
    func end() { state.withLock { $0.isOver = true } }

    var isOver: Bool { state.withLock { $0.isOver } }
    /// Effects it asked for after it was woken as a ghost, without those it was held up right before: between the
    /// intent and the effect a process cannot know that others took over.
    var inexcusableEffects: Int { state.withLock { max(0, $0.ghostEffects - $0.excusedEffects) } }

    func pass(_ point: FaultPoint) async {
        let dies = state.withLock { state in
            guard state.mode == .alive, let action = state.actions[point.step] else { return false }
            return wanted(point, action)
        }
        if dies { die() }
        if point.moment == .afterIntent { intend() }
        await parkIfDead()
    }

    /// Before an effect. False for a ghost, which must have none.
    func beginEffect() async -> Bool {
        let isAlive = state.withLock { state in
            if state.mode == .alive {
                state.inFlight += 1
            } else if state.mode == .dead || state.intended > 0 {
                // On its way to the effect when it died, also where the machine was so slow that it is a ghost by now.
                state.excusedEffects += 1
            }
            state.intended = max(0, state.intended - 1)
            return state.mode == .alive
        }
        if isAlive { return true }
        await parkIfDead()
        state.withLock { $0.ghostEffects += 1 }
        return false
    }

    func endEffect() async {
        let call = state.withLock { state in
            state.inFlight -= 1
            return state.mode == .dead && state.inFlight == 0 ? state.atRest : nil
        }
        call?()
        await parkIfDead()
    }

    /// The dead go on where they were.
    func wake() {
        let parked = state.withLock { state in
            defer { state.parked = [] }
            if state.mode == .dead { state.mode = .ghost }
            return state.parked
        }
        for continuation in parked { continuation.resume() }
    }

    private func die() {
        let call = state.withLock { state in
            state.mode = .dead
            return state.inFlight == 0 ? state.atRest : nil
        }
        call?()
    }

    private func intend() {
        state.withLock { state in
            switch state.mode {
            case .alive: state.intended += 1
            case .dead: state.excusedEffects += 1
            case .ghost: break
            }
        }
    }

    private func parkIfDead() async {
        await withCheckedContinuation { continuation in
            let isDead = state.withLock { state in
                if state.mode == .dead { state.parked.append(continuation) }
                return state.mode == .dead
            }
            if !isDead { continuation.resume() }
        }
    }
}
