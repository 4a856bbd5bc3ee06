import Synchronization

/// Holds whoever passes until it is opened, and tells when somebody waits at it.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrived = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func pass() async {
        await withCheckedContinuation { continuation in
            let (held, watchers) = state.withLock { state in
                defer { state.watchers = [] }
                state.arrived = true
                if !state.isOpen { state.waiting.append(continuation) }
                return (!state.isOpen, state.watchers)
            }
            for watcher in watchers { watcher.resume() }
            if !held { continuation.resume() }
        }
    }

    /// Returns once somebody has come to the gate.
    func arrival() async {
        await withCheckedContinuation { continuation in
            let here = state.withLock { state in
                if !state.arrived { state.watchers.append(continuation) }
                return state.arrived
            }
            if here { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isOpen = true
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
