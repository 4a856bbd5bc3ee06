import StackModel
import Synchronization

/// When the controller has last looked at every stack.
package final class Pulse: Sendable {
    private let last = Mutex<Instant?>(nil)

    func beat(_ now: Instant) { last.withLock { $0 = now } }

    var lastPass: Instant? { last.withLock { $0 } }
}
