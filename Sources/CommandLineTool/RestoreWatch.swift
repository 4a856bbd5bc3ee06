import Basics
import Ledger
import Orchestration
import StackModel
import Synchronization

/// How long each service was away while its data was swapped: from its stop until it was ready again.
final class RestoreWatch: Sendable {
    private struct Times {
        var stopped: [ServiceName: ContinuousClock.Instant] = [:]
        var away: [ServiceName: Duration] = [:]
    }

    private let times = Mutex(Times())

    func see(_ event: ProgressEvent) {
        let now = ContinuousClock.now
        times.withLock { times in
            switch event {
            case .stepBegan(let step):
                guard case .stopReplica(let id) = step.action, times.stopped[id.service] == nil else { return }
                times.stopped[id.service] = now
            case .stepEnded(let step, .succeeded, _):
                guard case .awaitReady(let id, let healthyFor, _) = step.action,
                    let began = times.stopped[id.service]
                else { return }
                // It was ready all that time.
                times.away[id.service] = began.duration(to: now) - healthyFor.duration
            case .note, .recovered, .began, .stepNote, .stepEnded, .reverting, .ended: return
            }
        }
    }

    var lines: [String] {
        times.withLock(\.away).sorted { $0.key < $1.key }.map { service, away in
            let (seconds, rest) = away.components
            let span = TimeSpan(milliseconds: Int(seconds) * 1000 + Int(rest / 1_000_000_000_000_000))
            return "\(service) was away for \(span.spoken)"
        }
    }
}
