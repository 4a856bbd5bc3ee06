import Basics
import Synchronization

/// Hands bytes from one task to another. The giver waits while enough of them lie there, so that nobody's slowness fills
/// the memory. One giver, one taker.
final class Handover: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var end: Result<Void, ReportableError>?
        /// Nobody takes any more.
        var isClosed = false
        var giver: CheckedContinuation<Void, Never>?
        var taker: CheckedContinuation<Void, Never>?
    }

    /// Less than a piece of a stream may have.
    private static let limit = 256 << 10

    private let state = Mutex(State())

    /// Returns when there is room for more, or nobody takes any.
    func give(_ bytes: [UInt8]) async {
        let taker = state.withLock { state in
            if !state.isClosed { state.bytes += bytes }
            return state.taker.take()
        }
        taker?.resume()
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiting in
                let goesOn = state.withLock { state in
                    guard !state.isClosed && state.bytes.count >= Self.limit else { return true }
                    state.giver = waiting
                    return false
                }
                if goesOn { waiting.resume() }
            }
        } onCancel: {
            close()
        }
    }

    /// What was given before is still taken; then comes the end, or the error.
    func finish(_ end: Result<Void, ReportableError>) {
        state.withLock { state in
            state.end = state.end ?? end
            return state.taker.take()
        }?.resume()
    }

    /// nil at the end.
    func take() async throws(ReportableError) -> [UInt8]? {
        while true {
            let (bytes, end, giver) = state.withLock { state in
                defer { state.bytes = [] }
                return (state.bytes, state.end, state.giver.take())
            }
            giver?.resume()
            if !bytes.isEmpty { return bytes }
            if let end {
                try end.get()
                return nil
            }
            await waitForMore()
        }
    }

    private func waitForMore() async {
        await withCheckedContinuation { waiting in
            let goesOn = state.withLock { state in
                guard state.bytes.isEmpty && state.end == nil else { return true }
                state.taker = waiting
                return false
            }
            if goesOn { waiting.resume() }
        }
    }

    private func close() {
        state.withLock { state in
            state.isClosed = true
            return state.giver.take()
        }?.resume()
    }
}
