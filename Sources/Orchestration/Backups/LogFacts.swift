import Planning
import StackModel
import Vault

/// What the manifests of copies of a cluster, and of the parts of its log, say of themselves.
enum LogFacts {
    static let lineage = "lineage"
    static let first = "firstSegment"
    static let last = "lastSegment"
    static let bytes = "segmentBytes"
    /// While this is the number of the server's next transaction, there is nothing to ship.
    static let idle = "idleAt"

    static func subject(of service: ServiceName) -> String { "\(service).log" }

    fileprivate static func segment(_ key: String, of manifest: SetManifest) -> LogSegment? {
        guard let name = manifest.identity[key], let bytes = manifest.identity[bytes].flatMap({ Int($0) }) else {
            return nil
        }
        return LogSegment(name, bytes: bytes)
    }
}

extension BaseSet {
    /// nil for a set that is none.
    init?(_ manifest: SetManifest) {
        guard manifest.identity[LogFacts.last] == nil, let lineage = manifest.identity[LogFacts.lineage],
            let first = LogFacts.segment(LogFacts.first, of: manifest)
        else { return nil }
        self.init(id: manifest.set.description, lineage: lineage, first: first, at: manifest.captured.instant)
    }
}

extension LogSet {
    /// nil for a set that is none.
    init?(_ manifest: SetManifest) {
        guard let lineage = manifest.identity[LogFacts.lineage],
            let first = LogFacts.segment(LogFacts.first, of: manifest),
            let last = LogFacts.segment(LogFacts.last, of: manifest), first <= last
        else { return nil }
        self.init(
            id: manifest.set.description,
            lineage: lineage,
            first: first,
            last: last,
            until: manifest.captured.instant
        )
    }
}

extension SetSeries {
    /// That of the log which leads on from the sets of this one.
    var log: SetSeries? { PolicyName(policy.text + BackupPolicy.logSuffix).map { SetSeries(stack, $0) } }
}
