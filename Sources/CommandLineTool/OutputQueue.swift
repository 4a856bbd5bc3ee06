import Basics
import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Writes texts one after the other on a thread of its own, so that a terminal that stands still (Ctrl-S) or a pipe
/// that nobody drains holds up no step. Drops nothing; who writes without end waits for `drain` now and then.
final class OutputQueue: Sendable {
    /// Why nothing more is written to a descriptor.
    enum Failure: Hashable, Sendable {
        /// The reader went away, as in `slipway history | head -1`. No error of ours.
        case readerGone
        /// In the words of the system: the disk is full.
        case refused(String)
    }

    private struct State {
        var waiting = 0
        var failures: [Int32: Failure] = [:]
    }

    private let queue = DispatchQueue(label: "slipway.output")
    private let state = Mutex(State())

    /// Everything was written.
    var isIdle: Bool { state.withLock { $0.waiting == 0 } }

    func failure(of descriptor: Int32) -> Failure? { state.withLock { $0.failures[descriptor] } }

    func write(_ text: String, to descriptor: Int32) {
        guard !text.isEmpty else { return }
        state.withLock { $0.waiting += 1 }
        queue.async {
            let failure = self.failure(of: descriptor) ?? Self.deliver(text, to: descriptor)
            self.state.withLock { state in
                state.waiting -= 1
                state.failures[descriptor] = failure
            }
        }
    }

    /// Returns when everything was written, or could not be.
    func drain() async {
        await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
    }

    private static func deliver(_ text: String, to descriptor: Int32) -> Failure? {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Somebody else made it so; it is theirs as much as ours.
                var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wanted, 1, -1)
            case EPIPE: return .readerGone
            default: return .refused(String(cString: strerror(errno)))
            }
        }
        return nil
    }
}
