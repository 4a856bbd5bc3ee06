import Basics
import Synchronization

/// The answers that are expected of a server, by the numbers of their requests.
final class SFTPMail: Sendable {
    private typealias Letter = Result<SFTPReply, ReportableError>

    private enum Slot {
        case expected
        case awaited(CheckedContinuation<Letter, Never>)
        case arrived(SFTPReply)
        case unwanted
    }

    private struct State {
        var slots: [UInt32: Slot] = [:]
        var last: UInt32 = 0
        var end: ReportableError?
        /// When something was last asked for or answered.
        var sign = ContinuousClock.now
    }

    private static let interruption = ReportableError(.interrupted, "the work with the store was interrupted")

    private let state = Mutex(State())

    /// Why no answer comes any more; nil while they come.
    var end: ReportableError? { state.withLock { $0.end } }

    /// How long nothing has come although something is expected.
    var silence: Duration {
        state.withLock { state in
            // What has arrived may lie there for as long as its reader likes.
            let isOpen = state.slots.values.contains { if case .arrived = $0 { false } else { true } }
            return isOpen ? state.sign.duration(to: .now) : .zero
        }
    }

    /// The number of the next request. Throws why there can be none.
    func expect() throws(ReportableError) -> UInt32 {
        let letter: Result<UInt32, ReportableError> = state.withLock { state in
            if let end = state.end { return .failure(end) }
            state.sign = .now
            state.last &+= 1
            state.slots[state.last] = .expected
            return .success(state.last)
        }
        return try letter.get()
    }

    /// Throws why the answer does not come, `interrupted` when the task is cancelled.
    func answer(to number: UInt32) async throws(ReportableError) -> SFTPReply {
        let letter: Letter = await withTaskCancellationHandler {
            await withCheckedContinuation { waiting in
                let letter = claim(number, waiting)
                if let letter { waiting.resume(returning: letter) }
            }
        } onCancel: {
            forget(number)?.resume(returning: .failure(Self.interruption))
        }
        return try letter.get()
    }

    private func claim(_ number: UInt32, _ waiting: CheckedContinuation<Letter, Never>) -> Letter? {
        state.withLock { state in
            switch state.slots[number] {
            case .arrived(let reply):
                state.slots[number] = nil
                return .success(reply)
            case .expected where state.end == nil:
                state.slots[number] = .awaited(waiting)
                return nil
            case .expected, .awaited, .unwanted, nil:
                return .failure(state.end ?? Self.interruption)
            }
        }
    }

    /// Nobody waits for this answer any more.
    func drop(_ number: UInt32) { _ = forget(number) }

    private func forget(_ number: UInt32) -> CheckedContinuation<Letter, Never>? {
        state.withLock { state in
            let slot = state.slots[number]
            switch slot {
            case .arrived, nil: state.slots[number] = nil
            case .expected, .awaited, .unwanted: state.slots[number] = .unwanted
            }
            if case .awaited(let waiting)? = slot { return waiting }
            return nil
        }
    }

    func deliver(_ reply: SFTPReply, to number: UInt32) {
        let waiting: CheckedContinuation<Letter, Never>? = state.withLock { state in
            state.sign = .now
            let slot = state.slots[number]
            switch slot {
            case .expected: state.slots[number] = .arrived(reply)
            case .awaited, .arrived, .unwanted, nil: state.slots[number] = nil
            }
            if case .awaited(let waiting)? = slot { return waiting }
            return nil
        }
        waiting?.resume(returning: .success(reply))
    }

    /// Nothing comes any more, for this reason.
    func finish(_ end: ReportableError) {
        let waiting = state.withLock { state in
            state.end = state.end ?? end
            let waiting = state.slots.values.compactMap { slot in
                if case .awaited(let waiting) = slot { waiting } else { nil }
            }
            state.slots = state.slots.filter { if case .arrived = $0.value { true } else { false } }
            return waiting
        }
        for waiting in waiting { waiting.resume(returning: .failure(end)) }
    }
}
