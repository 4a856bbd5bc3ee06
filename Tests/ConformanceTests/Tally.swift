import Synchronization

/// Counts requests and what they were answered with.
final class Tally: Sendable {
    private struct State {
        var isOver = false
        var requests = 0
        var failures = 0
        var answers: Set<Answer> = []
    }

    private let state = Mutex(State())

    func add(_ answer: Answer?) {
        state.withLock { state in
            state.requests += 1
            if let answer { state.answers.insert(answer) } else { state.failures += 1 }
        }
    }

    func stop() { state.withLock { $0.isOver = true } }

    var isOver: Bool { state.withLock { $0.isOver } }
    var requests: Int { state.withLock { $0.requests } }
    var failures: Int { state.withLock { $0.failures } }
    /// The code that answered.
    var codes: Set<String> { state.withLock { Set($0.answers.map(\.code)) } }
}
