import Glibc
import Orchestration
import StackModel

/// For fault tests: `SLIPWAY_FAULT=after-intent:deploy:5` kills the process with SIGKILL at that moment.
enum FaultInjection {
    static func hook(_ variables: [String: String]) -> @Sendable (FaultPoint) async -> Void {
        guard let wanted = variables["SLIPWAY_FAULT"] else { return { _ in } }
        return { point in
            if wanted == "\(point.moment.rawValue):\(point.purpose.rawValue):\(point.step)" { kill(getpid(), SIGKILL) }
        }
    }
}
