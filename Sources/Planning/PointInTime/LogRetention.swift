import StackModel

/// Which parts of a log stay: those that lead on from a copy that stays. What no copy needs is of no use to anybody.
package struct LogRetention: Hashable, Sendable {
    /// By part, why it stays; none for one that goes.
    package let reasons: [LogSet: String]

    /// - Parameters:
    ///   - bases: the copies that stay.
    ///   - isShipped: more of it is to come, and more copies.
    package init(_ logs: [LogSet], for bases: [BaseSet], isShipped: Bool = true) {
        let newest = bases.map(\.at).max()
        var reasons: [LogSet: String] = [:]
        for log in logs {
            if let base = bases.filter({ log.leadsOn(from: $0) }).min(by: { $0.at < $1.at }) {
                reasons[log] = "leads on from \(base.id)"
            } else if isShipped, newest.map({ log.until > $0 }) ?? true {
                // Its copy may be under way.
                reasons[log] = "newer than every copy"
            }
        }
        self.reasons = reasons
    }
}
