import Dispatch
import Glibc
import Synchronization

/// Turns SIGINT, SIGTERM and SIGHUP into a call, once; a second signal ends the process at once, which is safe: the
/// journal is always ahead of the effects.
final class Interruption: Sendable {
    private enum State {
        case unarmed
        case armed([any DispatchSourceSignal])
        case disarmed
    }

    private let state = Mutex(State.unarmed)

    /// Nothing happens once it was disarmed.
    func arm(_ action: @escaping @Sendable () -> Void) {
        state.withLock { state in
            guard case .unarmed = state else { return }
            let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler {
                    action()
                    signal(number, SIG_DFL)
                }
                source.resume()
                return source
            }
            state = .armed(sources)
        }
    }

    /// The signals go on being ignored.
    func disarm() {
        state.withLock { state in
            if case .armed(let sources) = state { for source in sources { source.cancel() } }
            state = .disarmed
        }
    }
}
