import StackModel

/// Which parts of a log stay: those that lead on from a copy that stays. What no copy needs is of no use to anybody.
package struct LogRetention: Hashable, Sendable {
    /// By part, why it stays; none for one that goes.
    package let reasons: [LogSet: String]

    /// - Parameter bases: the copies that stay.
    package init(_ logs: [LogSet], for bases: [BaseSet]) {
        let newest = bases.map(\.at).max()
        var reasons: [LogSet: String] = [:]
        for log in logs {
            if let base = bases.filter({ $0.lineage == log.lineage && $0.first <= log.last }).min(by: { $0.at < $1.at })
            {
                reasons[log] = "leads on from \(base.id)"
            } else if newest.map({ log.until > $0 }) ?? true {
                // Its copy may be under way.
                reasons[log] = "newer than every copy"
            }
        }
        self.reasons = reasons
    }
}
