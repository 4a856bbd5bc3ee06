import Interfaces
import Synchronization

/// Packets on their way to a server. Whoever sends does not wait: how much may be on its way is theirs to bound, by the
/// answers they have not got.
final class SFTPOutbox: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isClosed = false
        var taker: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func put(_ packet: [UInt8]) {
        state.withLock { state in
            if !state.isClosed { state.bytes += packet }
            return state.taker.take()
        }?.resume()
    }

    func close() {
        state.withLock { state in
            state.isClosed = true
            return state.taker.take()
        }?.resume()
    }

    /// What there is, as soon as there is anything; nil once it is closed, or the reading task cancelled.
    func take() async -> [UInt8]? {
        while true {
            let (bytes, isClosed) = state.withLock { state in
                defer { state.bytes = [] }
                return (state.bytes, state.isClosed)
            }
            if !bytes.isEmpty { return bytes }
            if isClosed { return nil }
            await wait()
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiting in
                let goesOn = state.withLock { state in
                    guard state.bytes.isEmpty && !state.isClosed else { return true }
                    state.taker = waiting
                    return false
                }
                if goesOn { waiting.resume() }
            }
        } onCancel: {
            close()
        }
    }
}
