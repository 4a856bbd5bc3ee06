import Basics
import StackModel

extension RetentionPlan.Reason: CustomStringConvertible {
    /// As a list of sets shows it: `hourly`, `oldest while daily has places left`.
    package var description: String {
        switch self {
        case .rule(let rule): rule.rawValue
        case .filling(let rule): "oldest while \(rule.rawValue) has places left"
        case .within(let span): "within \(span)"
        case .newest: "newest"
        case .newestProven: "newest proven"
        case .pinned: "pinned"
        case .held: "pinned for a time"
        case .unfinished: "not finished"
        case .damaged: "damaged"
        case .fromTheFuture: "from the future"
        case .noRule: "nothing says how long"
        }
    }
}
